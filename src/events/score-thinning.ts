import type { TimeSpan } from './trace-extent.ts';

export interface ScorePoint {
  /** Wall clock, ms. */
  readonly atMs: number;
  readonly score: number;
}

/** What stays of the samples that fall into one bucket of time. */
interface Bucket {
  first: ScorePoint;
  last: ScorePoint;
  lowest: ScorePoint;
  highest: ScorePoint;
  /** A sample of this bucket is followed, without a gap, by one of this later bucket; -1: by none. */
  joinedTo: number;
}

/**
 * Few points for many samples: of each bucket of time the first, the last, the lowest and the highest stay. Drawn no wider than a bucket a pixel, the line covers the very
 * pixels that all samples would; no peak and no trough is lost. At most four points a bucket, and every one is a sample.
 */
export class ScoreThinning {
  readonly #span: TimeSpan;
  readonly #bucketMs: number;
  readonly #buckets: (Bucket | undefined)[];
  /** Bucket of the sample before. */
  #before = -1;
  #samples = 0;
  #shortGaps = 0;

  /** `span`: finite. */
  constructor(span: TimeSpan, buckets: number) {
    this.#span = span;
    this.#bucketMs = (span.untilMs - span.sinceMs) / buckets;
    this.#buckets = Array.from({ length: buckets }, () => undefined);
  }

  /** That were within the span. */
  get samples(): number {
    return this.#samples;
  }

  /** Gaps that begin and end in one bucket: too short to be seen in the runs. */
  get shortGaps(): number {
    return this.#shortGaps;
  }

  /** `isJoined`: nothing is missing between the sample before and this one. What is outside of the span says nothing. */
  add(point: ScorePoint, isJoined: boolean): void {
    if (point.atMs < this.#span.sinceMs || point.atMs >= this.#span.untilMs) return;
    this.#samples += 1;
    // The division may round up to the end.
    const place = Math.min(this.#buckets.length - 1, Math.floor((point.atMs - this.#span.sinceMs) / this.#bucketMs));
    const before = this.#buckets[this.#before];
    if (before && isJoined && place > this.#before) before.joinedTo = place;
    if (before && !isJoined && place === this.#before) this.#shortGaps += 1;
    this.#before = place;
    const bucket = this.#buckets[place];
    if (bucket) take(bucket, point);
    else this.#buckets[place] = { first: point, last: point, lowest: point, highest: point, joinedTo: -1 };
  }

  /** Oldest first: points between which nothing is missing, except short gaps. */
  runs(): readonly (readonly ScorePoint[])[] {
    const runs: ScorePoint[][] = [];
    let joinedTo = -1;
    for (const [place, bucket] of this.#buckets.entries()) {
      if (!bucket) continue;
      const points = pointsOf(bucket);
      if (joinedTo === place) runs.at(-1)?.push(...points);
      else runs.push(points);
      joinedTo = bucket.joinedTo;
    }
    return runs;
  }
}

function take(bucket: Bucket, point: ScorePoint): void {
  // The wall clock may have been set back a little.
  if (point.atMs < bucket.first.atMs) bucket.first = point;
  if (point.atMs >= bucket.last.atMs) bucket.last = point;
  if (point.score < bucket.lowest.score) bucket.lowest = point;
  if (point.score > bucket.highest.score) bucket.highest = point;
}

function pointsOf({ first, last, lowest, highest }: Bucket): ScorePoint[] {
  return [...new Set([first, lowest, highest, last])].sort((a, b) => a.atMs - b.atMs);
}
