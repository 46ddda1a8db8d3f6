import type { Clock, Timer } from '../util/clock.ts';

/** Where the bar is drawn: standard error. */
export interface Terminal {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

const REDRAW_MS = 200;
const USUAL_COLUMNS = 80;
const CLEAR_LINE = '\r\u001b[K';

/** One line that is drawn over and over while something goes on, on a terminal only. What else is written there goes through `say`. */
export class ProgressBar {
  readonly #terminal: Terminal;
  readonly #clock: Clock;
  readonly #line: (columns: number) => string;
  #timer: Timer | undefined;
  #isDrawn = false;
  #isRunning = false;

  /** `line` gives what is to be seen, at most so many cells. */
  constructor(terminal: Terminal, clock: Clock, line: (columns: number) => string) {
    this.#terminal = terminal;
    this.#clock = clock;
    this.#line = line;
  }

  /** Nothing happens where there is no terminal. Idempotent. */
  start(): void {
    if (this.#isRunning || this.#terminal.isTTY !== true) return;
    this.#isRunning = true;
    this.#draw();
  }

  /** A line of its own, above the bar. */
  say(line: string): void {
    this.clear();
    this.#terminal.write(`${line}\n`);
  }

  /** Takes the bar away until it is drawn the next time: something else is about to be written to the same terminal. */
  clear(): void {
    if (this.#isDrawn) this.#terminal.write(CLEAR_LINE);
    this.#isDrawn = false;
  }

  /** Takes it away for good. Idempotent. */
  close(): void {
    this.#isRunning = false;
    this.#timer?.cancel();
    this.clear();
  }

  #draw(): void {
    this.#terminal.write(`${CLEAR_LINE}${this.#line(this.#terminal.columns ?? USUAL_COLUMNS)}`);
    this.#isDrawn = true;
    this.#timer = this.#clock.setTimer(REDRAW_MS, () => this.#isRunning && this.#draw());
  }
}
