import type { Clock, Timer } from '../../src/util/clock.ts';

/** A clock that moves only when told. Timers fire in order of their time, then of their setting. */
export class VirtualClock implements Clock {
  #now: number;
  #wallOffset: number;
  #order = 0;
  readonly #timers = new Set<{ at: number; order: number; fire: () => void }>();

  constructor(start: number = 0, wallStart: number = Date.UTC(2026, 0, 1)) {
    this.#now = start;
    this.#wallOffset = wallStart - start;
  }

  monotonicMs(): number {
    return this.#now;
  }

  wallMs(): number {
    return this.#now + this.#wallOffset;
  }

  setTimer(delayMs: number, fire: () => void): Timer {
    const timer = { at: this.#now + Math.max(0, delayMs), order: this.#order++, fire };
    this.#timers.add(timer);
    return { cancel: () => void this.#timers.delete(timer) };
  }

  /** As when somebody sets the machine's clock: monotonic time does not notice. */
  jumpWall(byMs: number): void {
    this.#wallOffset += byMs;
  }

  get pendingTimers(): number {
    return this.#timers.size;
  }

  /** When the next timer fires; Infinity when none is set. */
  get nextTimerAt(): number {
    return Math.min(Number.POSITIVE_INFINITY, ...[...this.#timers].map((timer) => timer.at));
  }

  /** Moves on by `ms`, firing what becomes due; between two timers every promise that can settle has settled. */
  async advance(ms: number): Promise<void> {
    const target = this.#now + ms;
    await settle();
    for (;;) {
      const due = [...this.#timers].filter((timer) => timer.at <= target).sort((a, b) => a.at - b.at || a.order - b.order)[0];
      if (!due) break;
      this.#timers.delete(due);
      this.#now = Math.max(this.#now, due.at);
      due.fire();
      await settle();
    }
    this.#now = target;
    await settle();
  }
}

function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
