import type { Clock } from '../util/clock.ts';

const KEPT_LINES = 40;
const LONGEST_LINE = 500;
const LOGGED_LINES_PER_SECOND = 5;

/**
 * What a child wrote on standard error: always drained (a full pipe would stop the child), redacted before it is kept, the newest lines kept
 * for saying why it ended, and passed on to the log at a limited rate, because a corrupt stream writes many lines a second.
 */
export class StderrTail {
  readonly #clock: Clock;
  readonly #redact: (text: string) => string;
  readonly #log: (line: string, suppressed: number) => void;
  readonly #lines: string[] = [];
  #rest = '';
  #windowStart = Number.NEGATIVE_INFINITY;
  #inWindow = 0;
  #suppressed = 0;

  /** `log` gets a line and how many before it were kept back. */
  constructor(clock: Clock, redact: (text: string) => string, log: (line: string, suppressed: number) => void) {
    this.#clock = clock;
    this.#redact = redact;
    this.#log = log;
  }

  push(chunk: string): void {
    const parts = (this.#rest + chunk).split(/[\r\n]+/);
    this.#rest = parts.pop() ?? '';
    // A line without an end is cut where it must be; the cut may fall into a secret, so what is too long is dropped, not kept.
    if (this.#rest.length > 16 * LONGEST_LINE) this.#rest = '';
    for (const line of parts) this.#take(line);
  }

  /** The newest lines, oldest first, with what had no line end yet. */
  lines(): string[] {
    return this.#rest === '' ? [...this.#lines] : [...this.#lines, this.#redact(this.#rest).slice(0, LONGEST_LINE)];
  }

  #take(raw: string): void {
    const line = this.#redact(raw).trim().slice(0, LONGEST_LINE);
    if (line === '') return;
    this.#lines.push(line);
    if (this.#lines.length > KEPT_LINES) this.#lines.shift();
    const now = this.#clock.monotonicMs();
    if (now - this.#windowStart >= 1000) {
      this.#windowStart = now;
      this.#inWindow = 0;
    }
    if (this.#inWindow >= LOGGED_LINES_PER_SECOND) {
      this.#suppressed += 1;
      return;
    }
    this.#inWindow += 1;
    this.#log(line, this.#suppressed);
    this.#suppressed = 0;
  }
}
