/** From the first to the last, both included. */
export interface SequenceRange {
  readonly from: number;
  readonly to: number;
}

/**
 * Which whole numbers were seen, as ranges: a million in a row weigh as much as one. At most `most` ranges are kept: then the lowest hole is closed,
 * and what lies below cannot be told apart any more.
 */
export class SequenceRanges {
  readonly #ranges: SequenceRange[] = [];
  readonly #most: number;
  #settledTo = 0;
  #closed: SequenceRange[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  /** Null before the first. */
  get lowest(): number | null {
    return this.#ranges[0]?.from ?? null;
  }

  get highest(): number | null {
    return this.#ranges.at(-1)?.to ?? null;
  }

  /** Up to here holes were closed for want of room: whether one of these was seen is not known. */
  get settledTo(): number {
    return this.#settledTo;
  }

  has(sequence: number): boolean {
    const range = this.#ranges[this.#firstThatEndsAt(sequence)];
    return range !== undefined && range.from <= sequence;
  }

  /** Whether it is new. */
  add(sequence: number): boolean {
    if (this.has(sequence)) return false;
    this.fill(sequence, sequence);
    return true;
  }

  fill(from: number, to: number): void {
    const first = this.#firstThatEndsAt(from - 1);
    let [last, joined] = [first, { from, to }];
    for (let range = this.#ranges[last]; range && range.from <= to + 1; range = this.#ranges[last]) {
      joined = { from: Math.min(joined.from, range.from), to: Math.max(joined.to, range.to) };
      last += 1;
    }
    this.#ranges.splice(first, last - first, joined);
    if (this.#ranges.length > this.#most) this.#closeLowestHole();
  }

  /** Holes within these bounds, lowest first. */
  missing(from: number, to: number): readonly SequenceRange[] {
    const holes: SequenceRange[] = [];
    let next = from;
    for (let index = this.#firstThatEndsAt(from); next <= to; index += 1) {
      const range = this.#ranges[index] ?? { from: to + 1, to: to + 1 };
      if (range.from > next) holes.push({ from: next, to: Math.min(to, range.from - 1) });
      next = range.to + 1;
    }
    return holes;
  }

  /** Holes that were closed for want of room, since the last call. */
  takeClosed(): readonly SequenceRange[] {
    const closed = this.#closed;
    this.#closed = [];
    return closed;
  }

  #closeLowestHole(): void {
    const [low, high] = this.#ranges.splice(0, 2);
    if (!low || !high) return;
    this.#closed.push({ from: low.to + 1, to: high.from - 1 });
    this.#settledTo = high.to;
    this.#ranges.unshift({ from: low.from, to: high.to });
  }

  /** Index of the first range whose end is at or above `sequence`. */
  #firstThatEndsAt(sequence: number): number {
    let [low, high] = [0, this.#ranges.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#ranges[middle]?.to ?? 0) < sequence) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
