import { write } from 'node:fs';
import type { Clock } from '../util/clock.ts';
import type { Closable } from '../util/lifecycle.ts';

export interface TextOutputOptions {
  readonly descriptor: number;
  readonly clock: Clock;
  /** Nobody reads any more, or the disk is full: what follows is thrown away. Told once, at the latest before `close` resolves. */
  readonly onBroken: (error: NodeJS.ErrnoException) => void;
}

const ROOM_CHARACTERS = 256 * 1024;
const RETRY_MS = 10;
const CLOSE_LIMIT_MS = 1000;

/**
 * Text for standard output that waits for a slow reader without holding up the program, as writing to `process.stdout` would: `… | less` must not keep Ctrl-C from working.
 */
export class TextOutput implements Closable {
  readonly #options: TextOutputOptions;
  #texts: string[] = [];
  #waiting = 0;
  #isWriting = false;
  #isBroken = false;
  #isReleased = false;
  readonly #relieved: (() => void)[] = [];

  constructor(options: TextOutputOptions) {
    this.#options = options;
  }

  write(text: string): void {
    if (text === '' || this.#isBroken) return;
    this.#texts.push(text);
    this.#waiting += text.length;
    if (!this.#isWriting) this.#next();
  }

  /** Resolves when the reader has kept up. */
  async room(): Promise<void> {
    while (this.#waiting > ROOM_CHARACTERS && !this.#isReleased) await new Promise<void>((resolve) => this.#relieved.push(resolve));
  }

  /** Nobody waits for the reader any more. */
  release(): void {
    this.#isReleased = true;
    this.#relieve();
  }

  /** Whether the reader still holds back what was written; then nothing but a kill ends the process. */
  get isStuck(): boolean {
    return this.#isWriting;
  }

  /** Gives the reader a second to take the rest. */
  async close(): Promise<void> {
    let isLate = false;
    const timer = this.#options.clock.setTimer(CLOSE_LIMIT_MS, () => {
      isLate = true;
      this.#relieve();
    });
    const mayWait = () => this.#isWriting && !isLate;
    while (mayWait()) await new Promise<void>((resolve) => this.#relieved.push(resolve));
    timer.cancel();
  }

  #next(): void {
    const text = this.#texts.join('');
    this.#texts = [];
    this.#isWriting = text !== '';
    if (this.#isWriting) this.#write(Buffer.from(text), text.length);
    else this.#relieve();
  }

  #write(bytes: Buffer, characters: number): void {
    write(this.#options.descriptor, bytes, (error, written) => {
      if (error?.code === 'EAGAIN') {
        this.#options.clock.setTimer(RETRY_MS, () => this.#write(bytes, characters));
        return;
      }
      if (error) {
        this.#break(error);
        return;
      }
      if (written < bytes.length) {
        this.#write(bytes.subarray(written), characters);
        return;
      }
      this.#waiting -= characters;
      this.#relieve();
      this.#next();
    });
  }

  #break(error: NodeJS.ErrnoException): void {
    this.#isBroken = true;
    this.#isWriting = false;
    this.#texts = [];
    this.#waiting = 0;
    this.#options.onBroken(error);
    this.#relieve();
  }

  #relieve(): void {
    for (const goOn of this.#relieved.splice(0)) goOn();
  }
}
