import type { Coverage, CoverageReason, CoverageState, Moment } from './coverage.ts';
import { CoverageCauses, type SourceStatus } from './coverage-causes.ts';
import { RegionSight, type SightOptions } from './region-sight.ts';
import { maxGapMs } from './rule-tracker.ts';
import type { FrameFate } from './verdict-window.ts';

/** Verdicts are counted over so many times the limit of blindness: one gap below the limit never makes a camera `reduced`. */
const SPAN_LIMITS = 3;
/** Below this share of the verdicts asked for a camera is `reduced`; from the other on it is `watching` again. Between the two nothing changes. */
const RARE_SHARE = 0.5;
const OFTEN_SHARE = 0.6;

export interface CoverageSettings {
  readonly sampleFps: number;
  readonly enabled: boolean;
  /** Ids of those that are judged, at least one. */
  readonly regions: readonly string[];
}

/**
 * How one camera is covered. Pure: told everything with its moment, it answers with what that changes, oldest first. A change may lie in the past:
 * that a camera is blind is found out after max(3 / sampleFps, 10 s), and true since the arrival of the last frame that was judged. It reaches back to
 * where the camera became blind, or ceased to be, at most. The worst region speaks for the camera.
 */
export class CoverageTracker {
  #limitMs = 0;
  #spanMs = 0;
  #sights: ReadonlyMap<string, RegionSight> = new Map();
  readonly #causes: CoverageCauses;
  #coverage: Coverage;
  /** Since when it is blind, or is not, whatever else has changed: no change reaches further back. */
  #turnedAt: number;
  /** When the reason of `reduced` was looked at last, monotonic ms. */
  #reasonedMono = 0;

  /** `blind`: what the record says up to now; nobody watches before the first verdicts. */
  constructor(settings: CoverageSettings, blind: Coverage, engineAvailable: boolean, now: Moment) {
    this.#coverage = blind;
    this.#turnedAt = blind.since;
    this.#causes = new CoverageCauses(sourceOf(settings), engineAvailable, now);
    this.#setUp(settings, now);
  }

  get coverage(): Coverage {
    return this.#coverage;
  }

  /** A frame of `region` that arrived at `frame` got its verdict now. */
  judged(region: string, frame: Moment, now: Moment): readonly Coverage[] {
    const sight = this.#sights.get(region);
    if (!sight) return [];
    // It may be the first after a long time, and nobody has looked meanwhile.
    const before = sight.isOverdue(now) ? this.review(now) : [];
    sight.judged(frame, now);
    return this.#coverage.state === 'blind' ? [...before, ...this.#recovered(now)] : before;
  }

  /** A frame came from the camera; each region gets it. */
  received(now: Moment): void {
    for (const sight of this.#sights.values()) sight.count('received', now);
  }

  dropped(region: string, fate: Exclude<FrameFate, 'received' | 'judged'>, now: Moment): void {
    this.#sights.get(region)?.count(fate, now);
  }

  /** A picture came that cannot be judged in any region. */
  spoiled(now: Moment): void {
    for (const sight of this.#sights.values()) sight.count('invalid', now);
  }

  source(source: SourceStatus, now: Moment): readonly Coverage[] {
    this.#causes.source(source, now);
    // Nothing will come, and nobody expects it to: that needs no waiting.
    if (source.state === 'disabled' && this.#coverage.state !== 'blind') return this.#goBlind('disabled');
    const isTakenUp = source.state !== 'disabled' && this.#coverage.reason === 'disabled';
    return [...(isTakenUp ? this.#change('blind', now.at, 'reload') : []), ...this.review(now)];
  }

  engine(available: boolean, now: Moment): readonly Coverage[] {
    this.#causes.engine(available, now);
    return this.review(now);
  }

  /** The camera was taken up again with another configuration. */
  reconfigured(settings: CoverageSettings, now: Moment): readonly Coverage[] {
    this.#causes.happened('reload', now);
    this.#setUp(settings, now);
    // That a region is no longer asked for does not mean that it was judged.
    if (this.#coverage.state === 'blind') this.#turnedAt = Math.floor(now.at);
    return this.source(sourceOf(settings), now);
  }

  /** Time passed in which the daemon did not run: the process was stopped, or (`leapt`) the wall clock is ahead of what passed here. */
  suspended(now: Moment, leapt: boolean): readonly Coverage[] {
    this.#causes.happened('suspended', now);
    if (!leapt) return this.review(now);
    const changes = this.#coverage.state === 'blind' ? [] : this.#goBlind('suspended');
    for (const sight of this.#sights.values()) sight.lose();
    return changes;
  }

  /** The record begins again at `now`, which lies before what it said. */
  rewound(now: Moment): readonly Coverage[] {
    for (const sight of this.#sights.values()) sight.rewind(now);
    this.#coverage = { ...this.#coverage, since: Math.floor(now.at) };
    this.#turnedAt = this.#coverage.since;
    return [this.#coverage];
  }

  /** The daemon ends. */
  closed(now: Moment): readonly Coverage[] {
    return this.#coverage.state === 'blind' ? this.#change('blind', now.at, 'shutdown') : this.#goBlind('shutdown');
  }

  /** Call every second or so: that nothing happened is told by nobody. */
  review(now: Moment): readonly Coverage[] {
    this.#causes.note(now);
    const overdue = [...this.#sights.values()].filter((sight) => sight.isOverdue(now));
    const [oldest] = overdue.sort((a, b) => a.lastJudgedMono - b.lastJudgedMono);
    const changes = oldest ? this.#reviewBlindness(oldest, now) : this.#coverage.state === 'blind' ? this.#reviewReason(now) : this.#reviewRate(now);
    for (const sight of overdue) sight.lose();
    return changes;
  }

  #reviewBlindness(oldest: RegionSight, now: Moment): readonly Coverage[] {
    if (this.#coverage.state !== 'blind') return this.#change('blind', oldest.lastFrame.at, this.#causes.sinceVerdict(oldest, now));
    const reason = this.#causes.ofBlindness(oldest, this.#limitMs, now);
    return reason === null ? [] : this.#change('blind', now.at, reason);
  }

  #reviewReason(now: Moment): readonly Coverage[] {
    const reason = this.#causes.present();
    return reason === null ? [] : this.#change('blind', now.at, reason);
  }

  #reviewRate(now: Moment): readonly Coverage[] {
    const sights = [...this.#sights.values()].filter(({ window }) => window.isFull(now));
    const shares = sights.map(({ window }) => window.share(now));
    const lowest = Math.min(...shares);
    const rarest = sights[shares.indexOf(lowest)];
    if (!rarest) return [];
    if (this.#coverage.state === 'watching') {
      if (lowest >= RARE_SHARE) return [];
      this.#reasonedMono = now.mono;
      return this.#change('reduced', this.#rareSince(rarest, now), this.#causes.ofRarity(rarest, this.#spanMs, now));
    }
    if (lowest >= OFTEN_SHARE) return sights.length === this.#sights.size ? this.#change('watching', now.at, null) : [];
    // Another reason takes over only when the window holds nothing of the time of the first.
    if (now.mono - this.#reasonedMono < this.#spanMs) return [];
    this.#reasonedMono = now.mono;
    return this.#change('reduced', now.at, this.#causes.ofRarity(rarest, this.#spanMs, now));
  }

  #rareSince({ window }: RegionSight, now: Moment): number {
    const sparse = window.sparseSince(OFTEN_SHARE, now);
    return sparse === window.begun ? this.#coverage.since : sparse.at;
  }

  #recovered(now: Moment): readonly Coverage[] {
    let since = Number.NEGATIVE_INFINITY;
    for (const { seenSince } of this.#sights.values()) {
      if (seenSince === null) return [];
      since = Math.max(since, seenSince.at);
    }
    for (const sight of this.#sights.values()) sight.beginWindow(now);
    return this.#change('watching', since, null);
  }

  /** From the last judged frame on, that of the region that was judged longest ago. */
  #goBlind(reason: CoverageReason): readonly Coverage[] {
    const since = Math.min(...[...this.#sights.values()].map(({ lastFrame }) => lastFrame.at));
    for (const sight of this.#sights.values()) sight.lose();
    return this.#change('blind', since, reason);
  }

  #change(state: CoverageState, since: number, reason: CoverageReason | null): readonly Coverage[] {
    const { state: before, since: newest, reason: known } = this.#coverage;
    if (state === before && reason === known) return [];
    const turns = (state === 'blind') !== (before === 'blind');
    this.#coverage = { state, reason, since: Math.max(turns ? this.#turnedAt : newest, Math.floor(since)) };
    if (turns) this.#turnedAt = this.#coverage.since;
    return [this.#coverage];
  }

  #setUp({ sampleFps, regions }: CoverageSettings, now: Moment): void {
    this.#limitMs = maxGapMs(sampleFps);
    this.#spanMs = SPAN_LIMITS * this.#limitMs;
    const options: SightOptions = { sampleFps, limitMs: this.#limitMs, spanMs: this.#spanMs };
    const isSeen = this.#coverage.state !== 'blind';
    this.#sights = new Map(
      regions.map((region) => [region, this.#sights.get(region)?.with(options, now) ?? new RegionSight(options, now, isSeen, now)]),
    );
  }
}

function sourceOf({ enabled }: CoverageSettings): SourceStatus {
  return { state: enabled ? 'connecting' : 'disabled', decode: 'all' };
}
