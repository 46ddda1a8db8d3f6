/** One judged frame, as the rule sees it. */
export interface Observation {
  /** Arrival of the frame, monotonic ms; never less than that of the observation before. */
  readonly mono: number;
  /** The same moment on the wall clock, ms. */
  readonly wall: number;
  /** Of the frame; not compared with anything. */
  readonly sequence: number;
  /** Score of the rule: the sum of its labels. */
  readonly score: number;
}

/** So many frames of a run are kept: the newest. */
export const MOST_DECIDING_FRAMES = 10;

/** Consecutive frames that speak for the same thing. */
export interface DecidingRun<F = Observation> {
  /** Oldest first: the newest MOST_DECIDING_FRAMES of it. */
  readonly frames: readonly F[];
  /** How many there were. */
  readonly count: number;
  /** From the arrival of the first to that of the last, ms. */
  readonly spanMs: number;
}

/** The run that is under way, in memory that does not grow with it: the observations are the caller's, none is copied. */
export class DecidingFrames {
  readonly #newest: Observation[] = [];
  #first: Observation | null = null;
  #peakScore = 0;
  #count = 0;

  /** Null: no run is under way. */
  get first(): Observation | null {
    return this.#first;
  }

  get count(): number {
    return this.#count;
  }

  get peakScore(): number {
    return this.#peakScore;
  }

  add(seen: Observation): void {
    this.#first ??= seen;
    this.#peakScore = Math.max(this.#peakScore, seen.score);
    this.#newest[this.#count % MOST_DECIDING_FRAMES] = seen;
    this.#count += 1;
  }

  clear(): void {
    if (this.#count === 0) return;
    this.#first = null;
    this.#peakScore = 0;
    this.#count = 0;
    this.#newest.length = 0;
  }

  /** What there is by now, as a value. */
  run(): DecidingRun {
    const oldest = this.#count % MOST_DECIDING_FRAMES;
    const frames = this.#count <= MOST_DECIDING_FRAMES ? this.#newest.slice() : [...this.#newest.slice(oldest), ...this.#newest.slice(0, oldest)];
    const last = frames.at(-1);
    return { frames, count: this.#count, spanMs: last && this.#first ? last.mono - this.#first.mono : 0 };
  }
}
