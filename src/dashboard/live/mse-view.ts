import { AppendQueue } from './append-queue.ts';
import { type BufferedRange, disposablePast, seekTarget } from './live-edge.ts';

/** Why a stream cannot be gone on with here. `overflow`: the browser takes nothing. `quota`: it has no room although nothing old is left. `decode`: it cannot play what came. */
export type MseFault = 'overflow' | 'quota' | 'decode';

export interface MseViewParts {
  readonly video: HTMLVideoElement;
  /** The first picture is shown. */
  readonly onPicture: () => void;
  /** At most once; to be closed then. */
  readonly onFault: (fault: MseFault) => void;
}

/** Two seconds of the richest camera. */
const MOST_WAITING_BYTES = 16 * 1024 * 1024;
const LARGEST_APPEND_BYTES = 1024 * 1024;

/** Plays one epoch of a camera's own stream through Media Source Extensions. */
export class MseView {
  readonly #parts: MseViewParts;
  readonly #queue = new AppendQueue(MOST_WAITING_BYTES);
  readonly #ending = new AbortController();
  readonly #source: MediaSource;
  #url: string | null = null;
  #buffer: SourceBuffer | null = null;
  #madeRoom = false;
  /** It was not seen, or did not play. */
  #stood = false;

  constructor(parts: MseViewParts) {
    this.#parts = parts;
    this.#source = new (mediaSourceClass() ?? MediaSource)();
  }

  start(codec: string): void {
    const { video, onPicture } = this.#parts;
    const { signal } = this.#ending;
    this.#source.addEventListener('sourceopen', () => this.#open(codec), { once: true, signal });
    video.addEventListener('error', () => this.#fail('decode'), { signal });
    video.addEventListener('timeupdate', () => video.currentTime > 0 && video.readyState >= video.HAVE_CURRENT_DATA && onPicture(), { signal });
    document.addEventListener('visibilitychange', () => this.#pump(), { signal });
    // Safari plays a managed source only where it cannot be sent to another screen.
    video.disableRemotePlayback = true;
    this.#url = URL.createObjectURL(this.#source);
    video.src = this.#url;
  }

  push(bytes: Uint8Array): void {
    if (this.#ending.signal.aborted) return;
    if (this.#queue.push(bytes)) this.#pump();
    else this.#fail('overflow');
  }

  /** Idempotent. */
  close(): void {
    if (this.#ending.signal.aborted) return;
    this.#ending.abort();
    this.#queue.clear();
    this.#buffer = null;
    this.#parts.video.removeAttribute('src');
    // Lets go of the decoder and of all that is buffered.
    this.#parts.video.load();
    if (this.#url !== null) URL.revokeObjectURL(this.#url);
  }

  #open(codec: string): void {
    const { signal } = this.#ending;
    try {
      const buffer = this.#source.addSourceBuffer(`video/mp4; codecs="${codec}"`);
      buffer.addEventListener('updateend', () => this.#pump(), { signal });
      buffer.addEventListener('error', () => this.#fail('decode'), { signal });
      this.#buffer = buffer;
    } catch {
      this.#fail('decode');
      return;
    }
    this.#pump();
  }

  /** One step at a time, for a SourceBuffer does one thing at a time; `updateend` brings the next. */
  #pump(): void {
    const buffer = this.#buffer;
    if (!buffer || buffer.updating || this.#source.readyState !== 'open') return;
    const { video } = this.#parts;
    const ranges = rangesOf(buffer.buffered);
    const target = seekTarget(video.currentTime, ranges, this.#stood && !document.hidden);
    this.#stood = document.hidden;
    if (target !== null) video.currentTime = target;
    // Refused where pages may not play by themselves: then the picture stands still, and the dashboard's own button starts it.
    if (video.paused && ranges.length > 0)
      video.play().then(
        () => (this.#stood = true),
        () => undefined,
      );
    const past = disposablePast(video.currentTime, ranges);
    if (past) buffer.remove(past.start, past.end);
    else this.#append(buffer, ranges);
  }

  #append(buffer: SourceBuffer, ranges: readonly BufferedRange[]): void {
    const piece = this.#queue.take(LARGEST_APPEND_BYTES);
    if (!piece) return;
    try {
      buffer.appendBuffer(piece as Uint8Array<ArrayBuffer>);
      this.#madeRoom = false;
    } catch (error) {
      if (error instanceof DOMException && error.name === 'QuotaExceededError') this.#makeRoom(buffer, ranges, piece);
      else this.#fail('decode');
    }
  }

  /** The browser has no room: what was shown goes, then the piece is tried once more. */
  #makeRoom(buffer: SourceBuffer, ranges: readonly BufferedRange[], piece: Uint8Array): void {
    const past = disposablePast(this.#parts.video.currentTime, ranges, true);
    if (this.#madeRoom || !past) {
      this.#fail('quota');
      return;
    }
    this.#madeRoom = true;
    this.#queue.putBack(piece);
    buffer.remove(past.start, past.end);
  }

  #fail(fault: MseFault): void {
    if (this.#ending.signal.aborted) return;
    this.close();
    this.#parts.onFault(fault);
  }
}

/** Safari on telephones has the managed kind only. */
export function mediaSourceClass(): typeof MediaSource | null {
  const scope: { readonly ManagedMediaSource?: typeof MediaSource; readonly MediaSource?: typeof MediaSource } = globalThis;
  return scope.MediaSource ?? scope.ManagedMediaSource ?? null;
}

function rangesOf(buffered: TimeRanges): BufferedRange[] {
  return Array.from({ length: buffered.length }, (_, index) => ({ start: buffered.start(index), end: buffered.end(index) }));
}
