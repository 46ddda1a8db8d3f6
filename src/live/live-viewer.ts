import type { Chunk } from './chunk.ts';
import type { LiveMessage, LiveWish } from './live-message.ts';
import type { LiveObserver } from './live-observer.ts';

/** What a viewer needs of a WebSocket. */
export interface LiveSocket {
  readonly bufferedAmount: number;
  send(message: string | Uint8Array): void;
  close(code: number, reason: string): void;
  terminate(): void;
}

/** From here on a viewer gets key frames only, until it has read. */
export const SKIP_FROM_BYTES: number = 2 * 1024 * 1024;
/** A viewer that leaves more than this unread is dropped. */
export const MOST_UNREAD_BYTES: number = 8 * 1024 * 1024;

/** Close code and reason of a viewer that does not read (1008: policy). */
export interface ViewerEnd {
  readonly code: number;
  readonly reason: string;
}

/** One that looks at one camera. Never waited for: what it has not read is bounded. */
export class LiveViewer {
  readonly wish: LiveWish;
  readonly #socket: LiveSocket;
  readonly #observer: Pick<LiveObserver, 'liveDropped'>;
  #waitsForKey = true;
  /** Whether it has seen a picture of this stream: before its first one nothing is left out. */
  #hasBegun = false;
  #isOver = false;
  #skipped = 0;

  constructor(wish: LiveWish, socket: LiveSocket, observer: Pick<LiveObserver, 'liveDropped'>) {
    this.wish = wish;
    this.#socket = socket;
    this.#observer = observer;
  }

  /** Pictures left out since it came. */
  get skipped(): number {
    return this.#skipped;
  }

  /** A stream begins, or another one. */
  begin(init: LiveMessage, bytes: Uint8Array | null, group: readonly Chunk[]): void {
    this.tell(init);
    if (bytes) this.#send(bytes);
    this.#waitsForKey = true;
    this.#hasBegun = false;
    for (const chunk of group) this.show(chunk);
  }

  /** What cannot be sent is counted. */
  show(chunk: Chunk): void {
    if (this.#isOver) return;
    const isBehind = this.#socket.bufferedAmount > SKIP_FROM_BYTES;
    if (chunk.isKey) {
      this.#waitsForKey = isBehind;
      this.#hasBegun = true;
    } else if (isBehind) this.#waitsForKey = true;
    // Of a viewer that is behind key frames alone are sent: it still sees something, and what is left out can be left out.
    if (chunk.isKey || !this.#waitsForKey) this.#send(chunk.bytes);
    else if (this.#hasBegun) {
      this.#skipped += 1;
      this.#observer.liveDropped('skipped');
    }
  }

  tell(message: LiveMessage): void {
    this.#send(JSON.stringify(message));
  }

  /** Says why, and closes. Idempotent. */
  close({ code, reason }: ViewerEnd): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#socket.close(code, reason);
  }

  /** The socket is gone. Idempotent. */
  end(): void {
    this.#isOver = true;
  }

  #send(message: string | Uint8Array): void {
    if (this.#isOver) return;
    if (this.#socket.bufferedAmount + message.length > MOST_UNREAD_BYTES) {
      this.#observer.liveDropped('slow');
      this.#isOver = true;
      // No goodbye: it would wait behind all that is unread.
      this.#socket.terminate();
    } else {
      this.#socket.send(message);
    }
  }
}
