import type { Clock } from '../util/clock.ts';
import type { Logger } from '../util/logger.ts';

const REPEAT_MS = 60_000;

/** Logs what can go wrong with every message once a minute a subject, with the number of times it happened since. Subjects are topics: few. */
export class RefusalLog {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #subjects = new Map<string, { loggedMono: number; since: number }>();

  constructor(clock: Clock, logger: Logger) {
    this.#clock = clock;
    this.#logger = logger;
  }

  note(subject: string, fields: object, message: string): void {
    const now = this.#clock.monotonicMs();
    const known = this.#subjects.get(subject);
    if (known && now - known.loggedMono < REPEAT_MS) {
      known.since += 1;
      return;
    }
    this.#logger.warn({ ...fields, times: (known?.since ?? 0) + 1 }, message);
    this.#subjects.set(subject, { loggedMono: now, since: 0 });
  }
}
