import type { Clock, Timer } from '../util/clock.ts';

export interface ConnectGateLimits {
  /** Connecting at once, over all cameras. */
  readonly atOnce: number;
  /** Connecting at once to one host: recorders with many channels refuse a rush. */
  readonly perHost: number;
  readonly startsPerSecond: number;
}

const CONNECT_LIMITS: ConnectGateLimits = { atOnce: 16, perHost: 2, startsPerSecond: 10 };

/** Permission to connect; to be given back when connected or failed. */
export interface ConnectPermit {
  /** Idempotent. */
  release(): void;
}

/** Keeps many cameras from connecting all at once. First come, first served, except that a busy host does not hold up the others. */
export class ConnectGate {
  readonly #clock: Clock;
  readonly #limits: ConnectGateLimits;
  readonly #queue: Waiting[] = [];
  readonly #perHost = new Map<string, number>();
  #connecting = 0;
  #nextStartMono = Number.NEGATIVE_INFINITY;
  #timer: Timer | undefined;

  constructor(clock: Clock, limits: ConnectGateLimits = CONNECT_LIMITS) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /** Waits for a permit; null when `signal` aborts first. Never rejects. The queue holds at most one entry a camera. */
  acquire(host: string, signal: AbortSignal): Promise<ConnectPermit | null> {
    if (signal.aborted) return Promise.resolve(null);
    return new Promise((resolve) => {
      const onAbort = () => {
        this.#queue.splice(this.#queue.indexOf(waiting), 1);
        resolve(null);
      };
      const waiting: Waiting = {
        host,
        grant: (permit) => {
          signal.removeEventListener('abort', onAbort);
          resolve(permit);
        },
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.#queue.push(waiting);
      this.#advance();
    });
  }

  #advance(): void {
    for (;;) {
      const index = this.#connecting < this.#limits.atOnce ? this.#queue.findIndex(({ host }) => this.#countOf(host) < this.#limits.perHost) : -1;
      if (index < 0) return;
      const now = this.#clock.monotonicMs();
      if (now < this.#nextStartMono) {
        this.#wakeIn(this.#nextStartMono - now);
        return;
      }
      // Evenly spaced, so that no second, wherever it begins, sees more starts than allowed.
      this.#nextStartMono = now + 1000 / this.#limits.startsPerSecond;
      for (const waiting of this.#queue.splice(index, 1)) waiting.grant(this.#permit(waiting.host));
    }
  }

  #permit(host: string): ConnectPermit {
    this.#connecting += 1;
    this.#perHost.set(host, this.#countOf(host) + 1);
    let released = false;
    return {
      release: () => {
        if (released) return;
        released = true;
        this.#connecting -= 1;
        const left = this.#countOf(host) - 1;
        if (left > 0) this.#perHost.set(host, left);
        else this.#perHost.delete(host);
        this.#advance();
      },
    };
  }

  #countOf(host: string): number {
    return this.#perHost.get(host) ?? 0;
  }

  #wakeIn(ms: number): void {
    this.#timer ??= this.#clock.setTimer(ms, () => {
      this.#timer = undefined;
      this.#advance();
    });
  }
}

interface Waiting {
  readonly host: string;
  grant(permit: ConnectPermit): void;
}
