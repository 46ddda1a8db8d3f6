const CAPACITY = 48;

/**
 * The last few measurements of one duration, kept in order, so that any quantile is a look-up. A measurement that is
 * not a positive finite number is ignored; one far above what is usual counts, but no higher than `OUTLIER_FACTOR`
 * times the median: a machine that hung once must not look slow for ever.
 */
export class CostWindow {
  readonly #sorted = new Float64Array(CAPACITY);
  readonly #arrival = new Float64Array(CAPACITY);
  #count = 0;
  #oldest = 0;

  /** `seedMs` stands for `weight` measurements, and leaves as real ones come in. */
  constructor(seedMs: number, weight: number = 20) {
    for (let index = 0; index < Math.min(weight, CAPACITY); index++) this.#push(seedMs);
  }

  observe(valueMs: number): void {
    if (!Number.isFinite(valueMs) || valueMs <= 0) return;
    this.#push(Math.min(valueMs, this.quantile(0.5) * OUTLIER_FACTOR));
  }

  /** Nearest rank; 0 ≤ share ≤ 1. */
  quantile(share: number): number {
    const rank = Math.ceil(share * this.#count) - 1;
    return this.#sorted[Math.max(0, rank)] ?? 0;
  }

  #push(value: number): void {
    if (this.#count === CAPACITY) this.#forget(this.#arrival[this.#oldest] ?? 0);
    let at = this.#count;
    while (at > 0 && (this.#sorted[at - 1] ?? 0) > value) {
      this.#sorted[at] = this.#sorted[at - 1] ?? 0;
      at--;
    }
    this.#sorted[at] = value;
    this.#count++;
    this.#arrival[this.#oldest] = value;
    this.#oldest = (this.#oldest + 1) % CAPACITY;
  }

  #forget(value: number): void {
    const at = this.#sorted.indexOf(value);
    this.#sorted.copyWithin(at, at + 1, this.#count);
    this.#count--;
  }
}

const OUTLIER_FACTOR = 10;
