import type { EndReason } from './label-event.ts';

/** The numbers of one rule; the edge values are part of the contract. */
export interface RuleThresholds {
  /** A frame speaks for a start when its score is at least this. */
  readonly enter: number;
  /** So many consecutive frames must speak for it; 0 and 1 both mean: the first one decides. */
  readonly minFrames: number;
  /** … and the arrivals of the first and the last of them lie at least this far apart, ms; 0 = no matter. */
  readonly enterForMs: number;
  /** A frame speaks for the end when its score is below this. */
  readonly exit: number;
  /** … and frames have done so without a break for this long, ms; 0 = the first one ends it. */
  readonly offDelayMs: number;
  /** Frames that arrive within this time after an end, ms, do not count towards the next start; 0 = every later frame counts. */
  readonly cooldownMs: number;
  /** Ends at the first frame that arrives this long after `startedAt`, ms, whatever its score; 0 = no limit. */
  readonly maxDurationMs: number;
}

/** One judged frame, as the rule sees it. */
export interface Observation {
  /** Arrival of the frame, monotonic ms; never less than that of the observation before. */
  readonly mono: number;
  /** The same moment on the wall clock, ms. */
  readonly wall: number;
  /** Score of the rule: the sum of its labels. */
  readonly score: number;
}

/** What a message says of the event it belongs to. Wall clock, ms. */
interface TrackedEvent {
  /** Arrival of the first frame of the run that led to the event. */
  readonly startedAt: number;
  /** Highest score since `startedAt`. */
  readonly peakScore: number;
}

export type Transition =
  | (TrackedEvent & { readonly type: 'start' | 'update'; readonly endReason: null })
  | (TrackedEvent & { readonly type: 'end'; readonly endReason: EndReason });

/** An update is due when the peak rose by this much since the last message … */
export const UPDATE_PEAK_RISE = 0.05;
/** … or when the last message is this old, ms. */
export const UPDATE_INTERVAL_MS = 10_000;

/** Scores carry four decimals; a rise of 0.05 must not be missed because 0.85 − 0.8 is 0.04999… in binary. */
const SCORE_EPSILON = 1e-9;

interface Active {
  readonly startedAt: number;
  readonly startedMono: number;
  peakScore: number;
  /** Peak and time of the newest message. */
  saidPeak: number;
  saidMono: number;
  /** First frame of the present run below `exit`; null when the newest frame was not below. */
  belowSince: number | null;
}

interface Run {
  readonly startedAt: number;
  readonly startedMono: number;
  frames: number;
  peakScore: number;
}

/**
 * Turns the scores of one camera × region × rule into start, update and end. Pure: time comes with the observations.
 *
 * Frames are consecutive only when no more than `maxGapMs` lies between their arrivals: after a longer gap nobody knows what happened
 * in it, so a run towards a start begins anew, and so does a run below `exit`. An active event stays active over the gap.
 */
export class RuleTracker {
  readonly #rule: RuleThresholds;
  readonly #maxGapMs: number;
  #active: Active | null = null;
  #run: Run | null = null;
  #lastMono: number | null = null;
  #endedMono: number | null = null;

  constructor(rule: RuleThresholds, maxGapMs: number) {
    this.#rule = rule;
    this.#maxGapMs = maxGapMs;
  }

  get active(): boolean {
    return this.#active !== null;
  }

  /** At most one message a frame; an end wins over an update. */
  observe(seen: Observation): Transition | null {
    const afterGap = this.#lastMono !== null && seen.mono - this.#lastMono > this.#maxGapMs;
    this.#lastMono = seen.mono;
    return this.#active === null ? this.#watch(seen, afterGap) : this.#follow(this.#active, seen, afterGap);
  }

  /** Ends an active event for a reason from outside; `mono` is when. Null when nothing was active. Forgets a run that had begun. */
  close(reason: Exclude<EndReason, 'exit' | 'maxDuration'>, mono: number): Transition | null {
    this.#run = null;
    return this.#active === null ? null : this.#end(this.#active, reason, mono);
  }

  #watch(seen: Observation, afterGap: boolean): Transition | null {
    const { enter, minFrames, enterForMs, cooldownMs } = this.#rule;
    const cooling = this.#endedMono !== null && seen.mono - this.#endedMono < cooldownMs;
    if (cooling || seen.score < enter) {
      this.#run = null;
      return null;
    }
    if (this.#run === null || afterGap) this.#run = { startedAt: seen.wall, startedMono: seen.mono, frames: 0, peakScore: 0 };
    const run = this.#run;
    run.frames += 1;
    run.peakScore = Math.max(run.peakScore, seen.score);
    if (run.frames < minFrames || seen.mono - run.startedMono < enterForMs) return null;

    this.#run = null;
    const { startedAt, startedMono, peakScore } = run;
    this.#active = { startedAt, startedMono, peakScore, saidPeak: peakScore, saidMono: seen.mono, belowSince: null };
    return { type: 'start', startedAt, peakScore, endReason: null };
  }

  #follow(event: Active, seen: Observation, afterGap: boolean): Transition | null {
    const { exit, offDelayMs, maxDurationMs } = this.#rule;
    event.peakScore = Math.max(event.peakScore, seen.score);

    if (seen.score >= exit) event.belowSince = null;
    else if (event.belowSince === null || afterGap) event.belowSince = seen.mono;

    if (event.belowSince !== null && seen.mono - event.belowSince >= offDelayMs) return this.#end(event, 'exit', seen.mono);
    if (maxDurationMs > 0 && seen.mono - event.startedMono >= maxDurationMs) return this.#end(event, 'maxDuration', seen.mono);

    const rose = event.peakScore - event.saidPeak >= UPDATE_PEAK_RISE - SCORE_EPSILON;
    if (!rose && seen.mono - event.saidMono < UPDATE_INTERVAL_MS) return null;
    event.saidPeak = event.peakScore;
    event.saidMono = seen.mono;
    return { type: 'update', startedAt: event.startedAt, peakScore: event.peakScore, endReason: null };
  }

  #end(event: Active, endReason: EndReason, mono: number): Transition {
    this.#active = null;
    this.#endedMono = mono;
    return { type: 'end', startedAt: event.startedAt, peakScore: event.peakScore, endReason };
  }
}

/** How long frames may be missing, ms, and still count as consecutive: three samples, at least ten seconds (the bound after which coverage says `blind`). */
export function maxGapMs(sampleFps: number): number {
  return Math.max(3_000 / sampleFps, 10_000);
}
