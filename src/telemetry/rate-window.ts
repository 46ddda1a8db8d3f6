import type { Clock } from '../util/clock.ts';

const WINDOW_SECONDS = 10;

/** How often something happens, over the last ten whole seconds. Fixed memory. */
export class RateWindow {
  readonly #clock: Clock;
  readonly #firstSecond: number;
  /** Count of a second, in the slot `second mod slots`; a slot is valid only while `#seconds` says that it is of that second. */
  readonly #counts = new Float64Array(WINDOW_SECONDS + 1);
  readonly #seconds = new Float64Array(WINDOW_SECONDS + 1).fill(-1);

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#firstSecond = this.#second();
  }

  add(count = 1): void {
    const second = this.#second();
    const slot = second % this.#counts.length;
    if (this.#seconds[slot] !== second) {
      this.#seconds[slot] = second;
      this.#counts[slot] = 0;
    }
    this.#counts[slot] = (this.#counts[slot] ?? 0) + count;
  }

  /** 0 in the first second: nothing is known yet. */
  perSecond(): number {
    const now = this.#second();
    const seconds = Math.min(WINDOW_SECONDS, now - this.#firstSecond);
    if (seconds <= 0) return 0;
    let sum = 0;
    // The running second is left out: it would make every rate look low.
    this.#counts.forEach((count, slot) => {
      const age = now - (this.#seconds[slot] ?? -1);
      if (age >= 1 && age <= seconds) sum += count;
    });
    return sum / seconds;
  }

  #second(): number {
    return Math.floor(this.#clock.monotonicMs() / 1000);
  }
}
