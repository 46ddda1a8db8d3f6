const BINS = 8192;

/**
 * Counts values in bins of equal width around 0. Its range grows by doubling, and so does the width of the bins: nothing has to be known of the values beforehand, and
 * memory does not grow with their number. Zeros are not counted: they are represented exactly.
 */
export class ValueHistogram {
  readonly bins: Float64Array = new Float64Array(BINS);
  #limit = 2 ** -10;
  #low = 0;
  #high = 0;

  get binWidth(): number {
    return (2 * this.#limit) / BINS;
  }

  add(values: Float32Array, from = 0, end: number = values.length): void {
    let low = this.#low;
    let high = this.#high;
    for (let index = from; index < end; index++) {
      const value = values[index] ?? 0;
      if (value < low) low = value;
      else if (value > high) high = value;
    }
    this.#low = low;
    this.#high = high;
    while (Math.max(high, -low) >= this.#limit) this.#double();
    const { bins } = this;
    const perUnit = 1 / this.binWidth;
    const middle = BINS / 2;
    for (let index = from; index < end; index++) {
      const value = values[index] ?? 0;
      if (value !== 0) bins[Math.floor(value * perUnit) + middle]! += 1;
    }
  }

  /** Of all histograms together. */
  static joined(parts: readonly ValueHistogram[]): ValueHistogram {
    const joined = new ValueHistogram();
    joined.#limit = Math.max(joined.#limit, ...parts.map((part) => part.#limit));
    for (const part of parts) {
      joined.#low = Math.min(joined.#low, part.#low);
      joined.#high = Math.max(joined.#high, part.#high);
      const shrink = part.#limit / joined.#limit;
      for (const [bin, count] of part.bins.entries()) {
        if (count > 0) joined.bins[Math.floor((bin - BINS / 2 + 0.5) * shrink) + BINS / 2]! += count;
      }
    }
    return joined;
  }

  /** Least and largest value, 0 included. */
  extremes(): readonly [low: number, high: number] {
    return [this.#low, this.#high];
  }

  #double(): void {
    const { bins } = this;
    const merged = new Float64Array(BINS);
    for (const [bin, count] of bins.entries()) merged[Math.floor((bin - BINS / 2) / 2) + BINS / 2]! += count;
    bins.set(merged);
    this.#limit *= 2;
  }
}
