import type { Clock } from '../util/clock.ts';
import { quantile } from '../util/percentile.ts';

const KEPT_MS = 60_000;

/** The newest samples of the last minute, for percentiles that say how it is now. Fixed memory. */
export class SampleWindow {
  readonly #clock: Clock;
  readonly #values: Float64Array;
  readonly #at: Float64Array;
  #next = 0;

  /** `capacity`: samples kept; of more in a minute the newest count. */
  constructor(clock: Clock, capacity: number) {
    this.#clock = clock;
    this.#values = new Float64Array(capacity);
    this.#at = new Float64Array(capacity).fill(Number.NEGATIVE_INFINITY);
  }

  add(value: number): void {
    this.#values[this.#next] = value;
    this.#at[this.#next] = this.#clock.monotonicMs();
    this.#next = (this.#next + 1) % this.#values.length;
  }

  /** One for each of `ranks` (0…1), rounded to a tenth; null when there is no sample. */
  percentiles(ranks: readonly number[]): (number | null)[] {
    const now = this.#clock.monotonicMs();
    const recent = Array.from(this.#values).filter((_, index) => now - (this.#at[index] ?? Number.NEGATIVE_INFINITY) <= KEPT_MS);
    return ranks.map((rank) => (recent.length === 0 ? null : Math.round(quantile(recent, rank) * 10) / 10));
  }
}
