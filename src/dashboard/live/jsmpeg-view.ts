import type { JsmpegSource, Player } from '@cycjimmy/jsmpeg-player';
import { PictureQueue } from './picture-queue.ts';

export interface JsmpegViewParts {
  readonly canvas: HTMLCanvasElement;
  /** A picture is shown. */
  readonly onPicture: () => void;
  /** The player could not be loaded, or cannot draw here. At most once; to be closed then. */
  readonly onFault: (message: string) => void;
}

const VIDEO_BUFFER_BYTES = 2 * 1024 * 1024;
/** While it is late it decodes for so long before the page may do something else, ms. */
const MOST_AT_ONCE_MS = 12;

interface Demuxer {
  write(bytes: Uint8Array): void;
}

/**
 * Plays one epoch of MPEG-1 video in a canvas. JSMpeg is loaded when it is needed for the first time. It is given a piece only when it has decoded all before: left to
 * itself it plays whatever waits, of a page that nobody saw for minutes megabytes of old pictures, faster than they came.
 */
export class JsmpegView {
  readonly #parts: JsmpegViewParts;
  readonly #waiting = new PictureQueue();
  readonly #ending = new AbortController();
  #demuxer: Demuxer | null = null;
  #player: Player | null = null;
  #frame = 0;
  #isClosed = false;

  constructor(parts: JsmpegViewParts) {
    this.#parts = parts;
  }

  async start(): Promise<void> {
    try {
      const { default: jsmpeg } = await import('@cycjimmy/jsmpeg-player');
      if (this.#isClosed) return;
      const options = { source: this.#source(), canvas: this.#parts.canvas, audio: false, disableWebAssembly: true } as const;
      // Its own listener for a hidden page would outlive it.
      this.#player = new jsmpeg.Player('', { ...options, pauseWhenHidden: false, videoBufferSize: VIDEO_BUFFER_BYTES });
      // Its clock stops, ours goes.
      this.#player.pause();
      const onLost = () => this.#fail(new Error('the browser has taken the canvas away'));
      this.#parts.canvas.addEventListener('webglcontextlost', onLost, { signal: this.#ending.signal });
      this.#tick();
    } catch (error) {
      this.#fail(error);
    }
  }

  push(bytes: Uint8Array): void {
    if (!this.#isClosed) this.#waiting.push(bytes, performance.now());
  }

  /** Idempotent. */
  close(): void {
    this.#isClosed = true;
    this.#ending.abort();
    cancelAnimationFrame(this.#frame);
    this.#player?.destroy();
    this.#player = null;
    this.#demuxer = null;
    this.#waiting.clear();
  }

  /** A page that nobody sees has no frames. */
  #tick(): void {
    this.#frame = requestAnimationFrame(() => this.#tick());
    const startMs = performance.now();
    try {
      while (this.#showNext() && this.#waiting.isLate(startMs) && performance.now() - startMs < MOST_AT_ONCE_MS);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** False: there is none. */
  #showNext(): boolean {
    while (this.#player?.nextFrame() === false) {
      const piece = this.#waiting.take();
      if (!piece) return false;
      this.#demuxer?.write(piece);
    }
    if (this.#player) this.#parts.onPicture();
    return this.#player !== null;
  }

  #fail(error: unknown): void {
    if (this.#isClosed) return;
    this.close();
    this.#parts.onFault(error instanceof Error ? error.message : String(error));
  }

  /** Bytes come from the player's own socket. */
  #source(): new () => JsmpegSource {
    const connect = (demuxer: Demuxer) => {
      this.#demuxer = demuxer;
    };
    return class implements JsmpegSource {
      readonly streaming = true;
      readonly established = true;
      readonly completed = false;
      readonly progress = 1;
      connect(demuxer: Demuxer): void {
        connect(demuxer);
      }
      start(): void {}
      resume(): void {}
      destroy(): void {}
    };
  }
}

/** For a canvas that nothing will be drawn on any more: a page has few contexts for WebGL, and they are given back only when somebody sweeps up. */
export function letGoOf(canvas: HTMLCanvasElement): void {
  canvas.getContext('webgl')?.getExtension('WEBGL_lose_context')?.loseContext();
}
