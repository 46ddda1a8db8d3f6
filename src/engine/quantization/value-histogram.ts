import { FramewatchError } from '../../util/errors.ts';

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

  /** Throws FramewatchError MODEL_INVALID for an infinite value: there is no range that holds it. */
  add(values: Float32Array): void {
    let low = this.#low;
    let high = this.#high;
    for (const value of values) {
      if (value < low) low = value;
      else if (value > high) high = value;
    }
    if (!Number.isFinite(high - low)) throw new FramewatchError('MODEL_INVALID', 'a layer of the network gives infinite values');
    this.#low = low;
    this.#high = high;
    while (Math.max(high, -low) >= this.#limit) this.#double();
    const { bins } = this;
    const perUnit = 1 / this.binWidth;
    const middle = BINS / 2;
    for (const value of values) {
      if (value === 0) continue;
      const bin = Math.floor(value * perUnit) + middle;
      bins[bin] = (bins[bin] ?? 0) + 1;
    }
  }

  /** Of all histograms together. */
  static joined(parts: readonly ValueHistogram[]): ValueHistogram {
    const joined = new ValueHistogram();
    joined.#limit = Math.max(joined.#limit, ...parts.map((part) => part.#limit));
    for (const part of parts) {
      joined.#low = Math.min(joined.#low, part.#low);
      joined.#high = Math.max(joined.#high, part.#high);
      addBins(joined.bins, part.bins, part.#limit / joined.#limit);
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
    addBins(merged, bins, 0.5);
    bins.set(merged);
    this.#limit *= 2;
  }
}

/** `shrink`: 1 or less, how much narrower the range of `from` is. */
function addBins(to: Float64Array, from: Float64Array, shrink: number): void {
  const middle = BINS / 2;
  for (const [bin, count] of from.entries()) {
    if (count === 0) continue;
    const at = Math.floor((bin - middle + 0.5) * shrink) + middle;
    to[at] = (to[at] ?? 0) + count;
  }
}
