import type { Clock } from '../util/clock.ts';

const WINDOW_MS = 60_000;
const MOST_ADDRESSES = 4096;

/** At most `attempts` logins in any minute an address. Bounded: when too many addresses are remembered the oldest is forgotten. */
export class LoginLimit {
  readonly #clock: Clock;
  readonly #attempts: number;
  readonly #seen = new Map<string, number[]>();

  constructor(clock: Clock, attempts = 5) {
    this.#clock = clock;
    this.#attempts = attempts;
  }

  /** Counts a try. Returns 0 when it may go on, else in how many seconds the next one may. */
  attempt(address: string): number {
    const now = this.#clock.monotonicMs();
    const recent = (this.#seen.get(address) ?? []).filter((at) => now - at < WINDOW_MS);
    this.#seen.delete(address);
    const oldest = recent[0];
    const refused = recent.length >= this.#attempts && oldest !== undefined;
    if (!refused) recent.push(now);
    this.#seen.set(address, recent);
    if (this.#seen.size > MOST_ADDRESSES) this.#forgetOldest();
    return refused ? Math.max(1, Math.ceil((oldest + WINDOW_MS - now) / 1000)) : 0;
  }

  #forgetOldest(): void {
    for (const address of this.#seen.keys()) {
      this.#seen.delete(address);
      return;
    }
  }
}
