import type { Clock, Timer } from '../../util/clock.ts';
import type { IncomingRoute } from '../incoming-messages.ts';

/** Home Assistant has much to do when it starts, and so has its broker: what is said again comes at random over this time. */
const SPREAD_MS = 5_000;

export interface BirthEchoOptions {
  readonly clock: Clock;
  /** Says everything retained again, at random within `spreadMs`. */
  readonly repeat: (spreadMs: number) => void;
}

/** Says everything again when Home Assistant starts. However often it starts, once in five seconds at most. One timer, owned here. */
export class BirthEcho {
  readonly #options: BirthEchoOptions;
  #timer: Timer | null = null;
  #again = false;

  constructor(options: BirthEchoOptions) {
    this.#options = options;
  }

  birth(): void {
    if (this.#timer !== null) {
      // Some of what is on its way has gone out before this birth.
      this.#again = true;
      return;
    }
    this.#timer = this.#options.clock.setTimer(SPREAD_MS, () => {
      this.#timer = null;
      if (!this.#again) return;
      this.#again = false;
      this.birth();
    });
    this.#options.repeat(SPREAD_MS);
  }

  close(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#again = false;
  }
}

/** Home Assistant's birth and last will; also retained ones, for it can be told to keep its birth. */
export function birthRoute(prefix: string, born: () => void): IncomingRoute {
  return {
    filter: `${prefix}/status`,
    acceptsRetained: true,
    receive({ payload }) {
      const word = Buffer.from(payload).toString();
      if (word === 'online') born();
      return word === 'online' || word === 'offline' ? 'taken' : 'notUnderstood';
    },
  };
}
