import type { Moment } from './coverage.ts';

/** What became of a frame of one region. `overload`: superseded or expired. */
export type FrameFate = 'received' | 'judged' | 'overload' | 'engine' | 'invalid' | 'motion';

const BUCKETS = 30;

interface Bucket {
  readonly begun: Moment;
  readonly counts: Partial<Record<FrameFate, number>>;
}

/** What became of the frames of one region over the last `spanMs`, against how many verdicts were asked for. Memory: some 30 buckets. */
export class VerdictWindow {
  readonly #spanMs: number;
  readonly #askedPerMs: number;
  readonly #buckets: Bucket[];
  /** Since when verdicts are counted. */
  readonly begun: Moment;

  constructor(sampleFps: number, spanMs: number, now: Moment) {
    this.#spanMs = spanMs;
    this.#askedPerMs = sampleFps / 1000;
    this.begun = now;
    this.#buckets = [{ begun: now, counts: {} }];
  }

  count(fate: FrameFate, now: Moment): void {
    const { counts } = this.#newest(now);
    counts[fate] = (counts[fate] ?? 0) + 1;
  }

  /** It has been open for its whole span: before, shares say nothing. */
  isFull(now: Moment): boolean {
    return now.mono - this.begun.mono >= this.#spanMs;
  }

  /** Verdicts ÷ verdicts asked for. */
  share(now: Moment): number {
    this.#newest(now);
    return this.total('judged') / this.asked(now);
  }

  asked(now: Moment): number {
    return this.#askedPerMs * Math.max(1, now.mono - (this.#buckets[0]?.begun.mono ?? now.mono));
  }

  total(fate: FrameFate): number {
    let total = 0;
    for (const { counts } of this.#buckets) total += counts[fate] ?? 0;
    return total;
  }

  /**
   * Since when verdicts are rare: the moment from which on the most verdicts are missing against `share` of what was asked (the usual estimate
   * of a change of rate, by cumulated sums).
   */
  sparseSince(share: number, now: Moment): Moment {
    let sparse = now;
    let missing = 0;
    let most = 0;
    let endMono = now.mono;
    for (const { begun, counts } of this.#buckets.toReversed()) {
      missing += (endMono - begun.mono) * this.#askedPerMs * share - (counts.judged ?? 0);
      endMono = begun.mono;
      if (missing <= most) continue;
      most = missing;
      sparse = begun;
    }
    return sparse;
  }

  #newest(now: Moment): Bucket {
    const newest = this.#buckets.at(-1);
    if (newest && now.mono - newest.begun.mono < this.#spanMs / BUCKETS) return newest;
    const bucket: Bucket = { begun: now, counts: {} };
    this.#buckets.push(bucket);
    // A bucket ends where the next one begins.
    for (let next = this.#buckets[1]; next && now.mono - next.begun.mono >= this.#spanMs; next = this.#buckets[1]) this.#buckets.shift();
    return bucket;
  }
}
