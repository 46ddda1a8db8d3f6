import type { RuleConfig } from '../config/config.ts';
import type { LabelScore } from './label-event.ts';
import { RuleTracker } from './rule-tracker.ts';
import { ruleScore } from './scores.ts';

/** A stretch of a recording in which a rule held. Times in ms from the start of the file. */
export interface RuleInterval {
  readonly rule: string;
  readonly region: string;
  /** The strongest label of the rule in the deciding frame. */
  readonly label: string;
  /** The first frame of the run that led to it. */
  readonly startMs: number;
  /** The frame with which the rule was sure. */
  readonly decidedMs: number;
  /** Of the rule, in that frame. */
  readonly score: number;
  /** The frame that ended it; where none did, the end of what was judged. */
  readonly endMs: number;
  readonly peakScore: number;
  /** `fileEnd`: it still held when the file, or what could be judged of it, was over. */
  readonly endReason: 'exit' | 'maxDuration' | 'fileEnd';
}

/** A rule has just begun to hold. */
export type RuleStart = Pick<RuleInterval, 'rule' | 'region' | 'label' | 'startMs' | 'decidedMs' | 'score'>;

interface Watch {
  readonly rule: RuleConfig;
  readonly region: string;
  readonly tracker: RuleTracker;
  start: RuleStart | null;
}

/** What the rules of a camera make of one recording: the same trackers, on the time of the file. Synchronous; frames come in their order. */
export class RuleIntervals {
  readonly #watches: readonly Watch[];
  readonly #intervals: RuleInterval[] = [];
  #lastMs = 0;
  #frames = 0;

  /** `maxGapMs`: the longest time between two frames that still count as consecutive; see rule-tracker.ts. */
  constructor(rules: readonly RuleConfig[], maxGapMs: number) {
    this.#watches = rules.flatMap((rule) => rule.regions.map((region) => ({ rule, region, tracker: new RuleTracker(rule, maxGapMs), start: null })));
  }

  /** `scores`: every label of the region, strongest first. Gives the rules that begin to hold with this frame. A time that runs backwards counts as standing still. */
  observe(region: string, timeMs: number, scores: readonly LabelScore[]): readonly RuleStart[] {
    this.#lastMs = Math.max(this.#lastMs, timeMs);
    const nowMs = this.#lastMs;
    this.#frames += 1;
    const started: RuleStart[] = [];
    for (const watch of this.#watches) {
      if (watch.region !== region) continue;
      const { label, score } = ruleScore(watch.rule.labels, scores);
      const transition = watch.tracker.observe({ mono: nowMs, wall: nowMs, sequence: this.#frames, score });
      if (transition?.type === 'start') {
        watch.start = { rule: watch.rule.id, region, label, startMs: transition.startedAt, decidedMs: nowMs, score };
        started.push(watch.start);
      } else if (transition?.type === 'end') {
        this.#ended(watch, nowMs, transition.peakScore, transition.endReason === 'maxDuration' ? 'maxDuration' : 'exit');
      }
    }
    return started;
  }

  /** No frame follows; what holds ends with the file, at `endMs`. Gives all there were, by their start. */
  close(endMs: number): readonly RuleInterval[] {
    for (const watch of this.#watches) {
      const transition = watch.tracker.close('shutdown', this.#lastMs);
      if (transition !== null) this.#ended(watch, Math.max(endMs, this.#lastMs), transition.peakScore, 'fileEnd');
    }
    return this.#intervals.toSorted((a, b) => a.startMs - b.startMs);
  }

  #ended(watch: Watch, endMs: number, peakScore: number, endReason: RuleInterval['endReason']): void {
    if (watch.start) this.#intervals.push({ ...watch.start, endMs, peakScore, endReason });
    watch.start = null;
  }
}
