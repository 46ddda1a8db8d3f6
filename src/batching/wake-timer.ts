import type { Clock, Timer } from '../util/clock.ts';

/** Closer than this to a moment is that moment, ms: timers are no finer. */
export const TIMER_GRAIN_MS = 0.5;

/** The scheduler's one timer. A call that comes too early only makes it ask again, so the timer is moved only to come earlier. */
export class WakeTimer {
  readonly #clock: Clock;
  readonly #wake: () => void;
  #timer: Timer | null = null;
  #atMono = Number.POSITIVE_INFINITY;

  constructor(clock: Clock, wake: () => void) {
    this.#clock = clock;
    this.#wake = wake;
  }

  /** Wakes at `mono` or sooner; never for Infinity. */
  notAfter(mono: number, nowMono: number): void {
    if (!Number.isFinite(mono) || (this.#timer !== null && this.#atMono <= mono && this.#atMono > nowMono)) return;
    this.#timer?.cancel();
    this.#atMono = mono;
    this.#timer = this.#clock.setTimer(Math.max(TIMER_GRAIN_MS, mono - nowMono), () => {
      this.#timer = null;
      this.#wake();
    });
  }

  cancel(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }
}
