import type { JsmpegSource } from '@cycjimmy/jsmpeg-player';
import { AppendQueue } from './append-queue.ts';

export interface JsmpegViewParts {
  readonly canvas: HTMLCanvasElement;
  /** A picture is shown. */
  readonly onPicture: () => void;
  /** The player could not be loaded, or cannot draw here. At most once; to be closed then. */
  readonly onFault: (message: string) => void;
}

const MOST_WAITING_BYTES = 4 * 1024 * 1024;
const VIDEO_BUFFER_BYTES = 2 * 1024 * 1024;

/** Plays one epoch of MPEG-1 video in a canvas. JSMpeg is loaded when it is needed for the first time. */
export class JsmpegView {
  readonly #parts: JsmpegViewParts;
  readonly #waiting = new AppendQueue(MOST_WAITING_BYTES);
  #demuxer: { write(bytes: Uint8Array): void } | null = null;
  #player: { destroy(): void } | null = null;
  #isClosed = false;

  constructor(parts: JsmpegViewParts) {
    this.#parts = parts;
  }

  async start(): Promise<void> {
    try {
      const { default: jsmpeg } = await import('@cycjimmy/jsmpeg-player');
      if (this.#isClosed) return;
      const { canvas, onPicture } = this.#parts;
      this.#player = new jsmpeg.Player('', {
        ...{ source: this.#source(), canvas, audio: false, disableWebAssembly: true, videoBufferSize: VIDEO_BUFFER_BYTES },
        // Its own listener would outlive it.
        pauseWhenHidden: false,
        onVideoDecode: onPicture,
      });
      this.#drain();
    } catch (error) {
      if (this.#isClosed) return;
      this.close();
      this.#parts.onFault(error instanceof Error ? error.message : String(error));
    }
  }

  push(bytes: Uint8Array): void {
    if (this.#isClosed) return;
    // While the player is being loaded: what is too much is old by then, and the next key frame mends it.
    if (!this.#waiting.push(bytes)) this.#waiting.clear();
    this.#drain();
  }

  /** Idempotent. */
  close(): void {
    this.#isClosed = true;
    this.#player?.destroy();
    this.#player = null;
    this.#demuxer = null;
    this.#waiting.clear();
  }

  #drain(): void {
    if (!this.#demuxer || !this.#player) return;
    for (let piece = this.#waiting.take(MOST_WAITING_BYTES); piece; piece = this.#waiting.take(MOST_WAITING_BYTES)) this.#demuxer.write(piece);
  }

  /** Bytes come from the player's own socket. */
  #source(): new () => JsmpegSource {
    const connect = (demuxer: { write(bytes: Uint8Array): void }) => {
      this.#demuxer = demuxer;
    };
    return class implements JsmpegSource {
      readonly streaming = true;
      readonly established = true;
      readonly completed = false;
      readonly progress = 1;
      connect(demuxer: { write(bytes: Uint8Array): void }): void {
        connect(demuxer);
      }
      start(): void {}
      resume(): void {}
      destroy(): void {}
    };
  }
}
