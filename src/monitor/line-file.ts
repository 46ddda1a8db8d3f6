import type { Clock, Timer } from '../util/clock.ts';
import type { Closable } from '../util/lifecycle.ts';

export interface LineFileOptions {
  readonly target: AppendTarget;
  readonly clock: Clock;
  /** What may wait for the disk, bytes; lines that a reader cannot do without may take as much again. */
  readonly capacityBytes: number;
  /** Told once: nothing is written after it. */
  readonly onFault: (error: unknown) => void;
}

/** Part of `FileHandle`. */
export interface AppendTarget {
  appendFile(text: string): Promise<void>;
  close(): Promise<void>;
}

/** Written so long after the first line that waits, ms: what a crash may cost. */
const FLUSH_AFTER_MS = 500;
/** … or as soon as so much waits, bytes. */
const FLUSH_FROM_BYTES = 64 * 1024;

/** Lines of ASCII to a file, without ever making their writer wait: one write at a time, and beyond the capacity a line is refused. It owns `target`. */
export class LineFile implements Closable {
  readonly #options: LineFileOptions;
  #waiting: string[] = [];
  #waitingBytes = 0;
  #writingBytes = 0;
  #writing: Promise<void> | null = null;
  #timer: Timer | null = null;
  #faulty = false;
  #closing: Promise<void> | null = null;

  constructor(options: LineFileOptions) {
    this.#options = options;
  }

  /** A write hangs: the process cannot end before the disk answers. */
  get isWriting(): boolean {
    return this.#writing !== null;
  }

  /** False when there is no room for it, or nothing is written any more. `line` comes without its newline. */
  append(line: string, isEssential: boolean = false): boolean {
    const bytes = line.length + 1;
    const room = this.#options.capacityBytes * (isEssential ? 2 : 1) - this.#waitingBytes - this.#writingBytes;
    if (this.#faulty || this.#closing !== null || bytes > room) return false;
    this.#waiting.push(line);
    this.#waitingBytes += bytes;
    this.#schedule();
    return true;
  }

  /** Writes what waits. Idempotent; never rejects: a fault is told to `onFault`. */
  close(): Promise<void> {
    this.#closing ??= this.#drain();
    return this.#closing;
  }

  async #drain(): Promise<void> {
    while (this.#writing !== null || this.#waiting.length > 0) {
      this.#flush();
      await this.#writing;
    }
    this.#timer?.cancel();
    await this.#options.target.close().catch((error: unknown) => this.#fail(error));
  }

  /** Soon, or at once when much waits. */
  #schedule(): void {
    if (this.#waitingBytes >= FLUSH_FROM_BYTES) this.#flush();
    else if (this.#waiting.length > 0) this.#timer ??= this.#options.clock.setTimer(FLUSH_AFTER_MS, () => this.#flush());
  }

  #flush(): void {
    this.#timer?.cancel();
    this.#timer = null;
    if (this.#writing !== null || this.#waiting.length === 0) return;
    const text = `${this.#waiting.join('\n')}\n`;
    this.#writingBytes = this.#waitingBytes;
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#writing = this.#options.target
      .appendFile(text)
      .catch((error: unknown) => this.#fail(error))
      .then(() => {
        this.#writing = null;
        this.#writingBytes = 0;
        this.#schedule();
      });
  }

  #fail(error: unknown): void {
    if (this.#faulty) return;
    this.#faulty = true;
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#options.onFault(error);
  }
}
