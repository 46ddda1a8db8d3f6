import type { Clock, Timer } from '../../src/util/clock.ts';

interface Event {
  readonly atMs: number;
  readonly order: number;
  fire: (() => void) | null;
}

/** A clock for discrete-event simulation: time jumps from event to event. Timers are as coarse as Node's: whole milliseconds, at least one. */
export class SimulationClock implements Clock {
  readonly #events: Event[] = [];
  #nowMs = 0;
  #order = 0;

  monotonicMs(): number {
    return this.#nowMs;
  }

  wallMs(): number {
    return Date.UTC(2026, 0, 1) + this.#nowMs;
  }

  setTimer(delayMs: number, fire: () => void): Timer {
    return this.at(this.#nowMs + Math.max(1, Math.floor(delayMs)), fire);
  }

  /** Something that happens in the simulated world, at its exact time. */
  at(atMs: number, fire: () => void): Timer {
    const event: Event = { atMs: Math.max(atMs, this.#nowMs), order: this.#order++, fire };
    this.#push(event);
    return {
      cancel: () => {
        event.fire = null;
      },
    };
  }

  /** Plays all events up to `untilMs`. Promises settle between two events. */
  async run(untilMs: number): Promise<void> {
    for (;;) {
      const event = this.#events[0];
      if (event === undefined || event.atMs > untilMs) break;
      this.#pop();
      if (event.fire === null) continue;
      this.#nowMs = event.atMs;
      event.fire();
      for (let hop = 0; hop < 4; hop++) await Promise.resolve();
    }
    this.#nowMs = untilMs;
  }

  #push(event: Event): void {
    let at = this.#events.length;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = this.#events[above];
      if (parent === undefined || !isBefore(event, parent)) break;
      this.#events[at] = parent;
      at = above;
    }
    this.#events[at] = event;
  }

  #pop(): void {
    const last = this.#events.pop();
    if (last === undefined || this.#events.length === 0) return;
    let at = 0;
    for (;;) {
      const left = this.#events[2 * at + 1];
      if (left === undefined) break;
      const right = this.#events[2 * at + 2];
      const rightFirst = right !== undefined && isBefore(right, left);
      const child = rightFirst ? right : left;
      if (!isBefore(child, last)) break;
      this.#events[at] = child;
      at = 2 * at + (rightFirst ? 2 : 1);
    }
    this.#events[at] = last;
  }
}

function isBefore(a: Event, b: Event): boolean {
  return a.atMs !== b.atMs ? a.atMs < b.atMs : a.order < b.order;
}
