import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '../util/clock.ts';

const IDLE_LIMIT_MS = 24 * 3_600_000;
const MOST_SESSIONS = 256;

/**
 * Who has logged in with a browser. In memory only: a restart asks again. Ends after a day without a request, or, when there are too
 * many, the one that was quiet for longest. Only hashes are kept, so neither a heap dump nor a comparison's time gives a cookie away.
 */
export class Sessions {
  readonly #clock: Clock;
  /** Hash of the cookie → last use, monotonic ms; least recently used first. */
  readonly #lastUse = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#lastUse.size;
  }

  /** Returns the cookie's value. */
  open(): string {
    const cookie = randomBytes(32).toString('base64url');
    this.#lastUse.set(keyOf(cookie), this.#clock.monotonicMs());
    for (const key of this.#lastUse.keys()) {
      if (this.#lastUse.size <= MOST_SESSIONS) break;
      this.#lastUse.delete(key);
    }
    return cookie;
  }

  /** The session's key when it is a living one (and keeps it alive), else null. */
  find(cookie: string): string | null {
    const key = keyOf(cookie);
    const lastUse = this.#lastUse.get(key);
    if (lastUse === undefined) return null;
    this.#lastUse.delete(key);
    const now = this.#clock.monotonicMs();
    if (now - lastUse > IDLE_LIMIT_MS) return null;
    this.#lastUse.set(key, now);
    return key;
  }

  end(key: string): void {
    this.#lastUse.delete(key);
  }
}

function keyOf(cookie: string): string {
  return createHash('sha256').update(cookie).digest('base64url');
}
