import type { SimulationClock } from '../../../bench/batching/simulation-clock.ts';
import type { Clock, Timer } from '../../../src/util/clock.ts';

export type TimerHabit = 'punctual' | 'early' | 'late';

const LATE_MS = 15;

/** A clock whose timers come too early or too late, and which stands still for a while although the world goes on. */
export class UnreliableClock implements Clock {
  readonly #simulated: SimulationClock;
  readonly #habits: readonly TimerHabit[];
  readonly #stopsMono: number;
  readonly #goesOnMono: number;
  #timers = 0;

  constructor(simulated: SimulationClock, habits: readonly TimerHabit[], stopsMono: number, goesOnMono: number) {
    this.#simulated = simulated;
    this.#habits = habits;
    this.#stopsMono = stopsMono;
    this.#goesOnMono = goesOnMono;
  }

  monotonicMs(): number {
    const now = this.#simulated.monotonicMs();
    return now >= this.#stopsMono && now < this.#goesOnMono ? this.#stopsMono : now;
  }

  wallMs(): number {
    return this.#simulated.wallMs();
  }

  setTimer(delayMs: number, fire: () => void): Timer {
    const habit = this.#habits[this.#timers++ % this.#habits.length];
    if (habit === 'early') return this.#simulated.setTimer(delayMs / 3, fire);
    return this.#simulated.setTimer(habit === 'late' ? delayMs + LATE_MS : delayMs, fire);
  }
}
