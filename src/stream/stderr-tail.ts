import type { Clock } from '../util/clock.ts';

const KEPT_LINES = 40;
const LONGEST_LINE = 500;
const KEPT_BYTES = 16 * 1024;
const LOGGED_LINES_PER_SECOND = 5;
/** It may stop within its password, which nobody could recognise then. */
const UNFINISHED_ADDRESS = /:\/\/(?!\*\*\*@)\S*$/;

/** A line as it is kept. */
export interface TailLine {
  /** Wall clock, ms: when it was read. */
  readonly atMs: number;
  /** Redacted, one line, at most 500 characters. */
  readonly text: string;
}

/** What may be shown of what a child wrote. */
export interface TailNotes {
  /** Lines before these, and between them where one was too long, that are not kept any more. */
  readonly omitted: number;
  /** Oldest first. */
  readonly lines: readonly TailLine[];
}

/**
 * What a child wrote on standard error: always drained (a full pipe would stop the child), redacted before it is kept, the newest lines kept
 * for saying why it ended, and passed on to the log at a limited rate, because a corrupt stream writes many lines a second.
 */
export class StderrTail {
  readonly #clock: Clock;
  readonly #redact: (text: string) => string;
  readonly #log: (line: string, suppressed: number) => void;
  readonly #lines: TailLine[] = [];
  #bytes = 0;
  #omitted = 0;
  #rest = '';
  /** The line that is being read was too long: what is left of it is not wanted. */
  #isSkipping = false;
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
    if (this.#isSkipping && parts.length > 0) {
      parts.shift();
      this.#isSkipping = false;
    }
    for (const line of parts) this.#take(line);
    // A line without an end is cut where it must be; the cut may fall into a secret, so what is too long is dropped as a whole, not kept.
    if (this.#isSkipping) this.#rest = '';
    else if (this.#rest.length > 16 * LONGEST_LINE) {
      this.#rest = '';
      this.#isSkipping = true;
      this.#omitted += 1;
    }
  }

  /** The newest lines, oldest first, with what had no line end yet. */
  lines(): string[] {
    const whole = this.#lines.map(({ text }) => text);
    return this.#rest === '' ? whole : [...whole, this.#redact(this.#rest).replace(UNFINISHED_ADDRESS, '://…').slice(0, LONGEST_LINE)];
  }

  /** The newest whole lines. One that has no end yet may stop within a secret, which nobody could recognise: it is not shown. */
  notes(): TailNotes {
    return { omitted: this.#omitted, lines: [...this.#lines] };
  }

  #take(raw: string): void {
    const line = this.#redact(raw).trim().slice(0, LONGEST_LINE);
    if (line === '') return;
    this.#keep(line);
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

  #keep(text: string): void {
    this.#lines.push({ atMs: this.#clock.wallMs(), text });
    this.#bytes += Buffer.byteLength(text);
    while (this.#lines.length > KEPT_LINES || this.#bytes > KEPT_BYTES) {
      this.#bytes -= Buffer.byteLength(this.#lines.shift()?.text ?? '');
      this.#omitted += 1;
    }
  }
}
