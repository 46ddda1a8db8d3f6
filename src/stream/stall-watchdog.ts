import type { Clock, Timer } from '../util/clock.ts';

const TICK_MS = 500;
/** With the tick, a silence is seen after at most 10.5 s. */
export const STALL_LIMIT_MS = 10_000;

/**
 * Calls `onStall` once when `feed` was not called for 10 s. It watches packets, not pictures: key frames and samples may be rare.
 * Only time in which we ourselves ran counts: after the process was stopped (SIGSTOP, a suspended machine) what has come meanwhile is
 * still unread when the timers fire, and a watchdog that looked at the clock alone would restart every camera.
 */
export class StallWatchdog {
  readonly #clock: Clock;
  readonly #onStall: () => void;
  #timer: Timer | undefined;
  #lastTickMono = 0;
  #silentMs = 0;

  constructor(clock: Clock, onStall: () => void) {
    this.#clock = clock;
    this.#onStall = onStall;
  }

  start(): void {
    this.#lastTickMono = this.#clock.monotonicMs();
    this.#silentMs = 0;
    this.#arm();
  }

  /** Something came. `allowanceMs`: for so long what comes next may stay away before its silence counts. */
  feed(allowanceMs: number = 0): void {
    this.#silentMs = -allowanceMs;
  }

  /** Idempotent. */
  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #arm(): void {
    this.#timer = this.#clock.setTimer(TICK_MS, () => {
      const now = this.#clock.monotonicMs();
      this.#silentMs += Math.min(now - this.#lastTickMono, 2 * TICK_MS);
      this.#lastTickMono = now;
      if (this.#silentMs >= STALL_LIMIT_MS) {
        this.#timer = undefined;
        this.#onStall();
      } else {
        this.#arm();
      }
    });
  }
}
