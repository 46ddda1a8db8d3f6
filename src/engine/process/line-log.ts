import type { Clock } from '../../util/clock.ts';

const MAX_LINE = 500;
const MAX_LINES_A_SECOND = 10;
const KEPT_LINES = 8;

/**
 * The lines that a child prints, for the log: cut to a sane length, at most ten a second (the number of those left out is told), and the last few
 * kept, because they usually say why the child died.
 */
export class LineLog {
  readonly #clock: Clock;
  readonly #emit: (line: string) => void;
  readonly #kept: string[] = [];
  #rest = '';
  #second = Number.NEGATIVE_INFINITY;
  #inSecond = 0;
  #suppressed = 0;

  constructor(clock: Clock, emit: (line: string) => void) {
    this.#clock = clock;
    this.#emit = emit;
  }

  push(text: string): void {
    const lines = (this.#rest + text).split(/\r\n|\n|\r/);
    // A child that never ends its line must not fill the memory.
    this.#rest = (lines.pop() ?? '').slice(0, MAX_LINE);
    for (const line of lines) this.#line(line);
  }

  /** The child is gone: what is left counts as a line. */
  end(): void {
    this.#line(this.#rest);
    this.#rest = '';
    this.#tellSuppressed();
  }

  /** The last lines, for an error message. */
  get tail(): string {
    return this.#kept.join(' | ');
  }

  #line(raw: string): void {
    const line = raw.trim().slice(0, MAX_LINE);
    if (line === '') return;
    this.#kept.push(line);
    if (this.#kept.length > KEPT_LINES) this.#kept.shift();
    const second = Math.floor(this.#clock.monotonicMs() / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#inSecond = 0;
      this.#tellSuppressed();
    }
    this.#inSecond += 1;
    if (this.#inSecond <= MAX_LINES_A_SECOND) this.#emit(line);
    else this.#suppressed += 1;
  }

  #tellSuppressed(): void {
    if (this.#suppressed > 0) this.#emit(`(${this.#suppressed} more lines left out)`);
    this.#suppressed = 0;
  }
}
