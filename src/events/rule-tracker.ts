import { DecidingFrames, type DecidingRun, type Observation } from './deciding-frames.ts';
import type { EndReason, OutsideReason } from './end-reason.ts';

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

/** What a message says of the event it belongs to. Wall clock, ms. */
interface TrackedEvent {
  /** Arrival of the first frame of the run that led to the event. */
  readonly startedAt: number;
  /** Highest score since `startedAt`. */
  readonly peakScore: number;
}

/** What was held against the rule's numbers, and decided. `sinceMs`: age of the message before; `durationMs`: from `startedAt`. */
export type Cause =
  | ({ readonly kind: 'entered' } & DecidingRun)
  | ({ readonly kind: 'exited' } & DecidingRun)
  | { readonly kind: 'peakRose'; readonly from: number; readonly to: number }
  | { readonly kind: 'goesOn'; readonly sinceMs: number }
  | { readonly kind: 'maxDuration'; readonly durationMs: number }
  | { readonly kind: 'outside'; readonly reason: OutsideReason };

export type Transition = TrackedEvent & { readonly cause: Cause } & (
    | { readonly type: 'start' | 'update'; readonly endReason: null }
    | { readonly type: 'end'; readonly endReason: EndReason }
  );

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
  /** The run towards the start, or, while it is active, the one below `exit`. */
  readonly #run = new DecidingFrames();
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
  close(reason: OutsideReason, mono: number): Transition | null {
    this.#run.clear();
    return this.#active === null ? null : this.#end(this.#active, reason, mono, { kind: 'outside', reason });
  }

  #watch(seen: Observation, afterGap: boolean): Transition | null {
    const { enter, minFrames, enterForMs, cooldownMs } = this.#rule;
    const cooling = this.#endedMono !== null && seen.mono - this.#endedMono < cooldownMs;
    if (cooling || seen.score < enter || afterGap) this.#run.clear();
    if (cooling || seen.score < enter) return null;
    const run = this.#run;
    run.add(seen);
    const first = run.first ?? seen;
    if (run.count < minFrames || seen.mono - first.mono < enterForMs) return null;

    const { peakScore } = run;
    const cause: Cause = { kind: 'entered', ...run.run() };
    run.clear();
    this.#active = { startedAt: first.wall, startedMono: first.mono, peakScore, saidPeak: peakScore, saidMono: seen.mono };
    return { type: 'start', startedAt: first.wall, peakScore, endReason: null, cause };
  }

  #follow(event: Active, seen: Observation, afterGap: boolean): Transition | null {
    const { exit, offDelayMs, maxDurationMs } = this.#rule;
    event.peakScore = Math.max(event.peakScore, seen.score);

    const run = this.#run;
    if (seen.score >= exit || afterGap) run.clear();
    if (seen.score < exit) run.add(seen);

    if (run.first !== null && seen.mono - run.first.mono >= offDelayMs) {
      return this.#end(event, 'exit', seen.mono, { kind: 'exited', ...run.run() });
    }
    const durationMs = seen.mono - event.startedMono;
    if (maxDurationMs > 0 && durationMs >= maxDurationMs) return this.#end(event, 'maxDuration', seen.mono, { kind: 'maxDuration', durationMs });

    const rose = event.peakScore - event.saidPeak >= UPDATE_PEAK_RISE - SCORE_EPSILON;
    const sinceMs = seen.mono - event.saidMono;
    if (!rose && sinceMs < UPDATE_INTERVAL_MS) return null;
    const cause: Cause = rose ? { kind: 'peakRose', from: event.saidPeak, to: event.peakScore } : { kind: 'goesOn', sinceMs };
    event.saidPeak = event.peakScore;
    event.saidMono = seen.mono;
    return { type: 'update', startedAt: event.startedAt, peakScore: event.peakScore, endReason: null, cause };
  }

  #end(event: Active, endReason: EndReason, mono: number, cause: Cause): Transition {
    this.#active = null;
    this.#endedMono = mono;
    this.#run.clear();
    return { type: 'end', startedAt: event.startedAt, peakScore: event.peakScore, endReason, cause };
  }
}

/** How long frames may be missing, ms, and still count as consecutive: three samples, at least ten seconds (the bound after which coverage says `blind`). */
export function maxGapMs(sampleFps: number): number {
  return Math.max(3_000 / sampleFps, 10_000);
}
