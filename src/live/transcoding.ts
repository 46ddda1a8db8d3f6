import type { Clock, Timer } from '../util/clock.ts';
import { FramewatchError } from '../util/errors.ts';
import type { Chunk } from './chunk.ts';
import { withFrameRateHint } from './frame-rate-hint.ts';
import type { LiveObserver } from './live-observer.ts';
import type { LiveTrack } from './live-track.ts';
import type { InitSegment } from './segment-reader.ts';
import { type PictureSize, type Transcoder, type TranscoderFactory, transcodedSize } from './transcoder.ts';
import { TransportStreamReader } from './transport-stream.ts';

export interface TranscodingParts {
  readonly cameraId: string;
  readonly init: InitSegment;
  readonly epoch: number;
  readonly track: LiveTrack;
  readonly open: TranscoderFactory;
  readonly clock: Clock;
  readonly observer: LiveObserver;
  /** The child ended by itself; it is not started again before `start`. */
  readonly failed: (error: FramewatchError) => void;
}

/** The coding anew of one epoch of a camera's video, while somebody needs it: starts the child, feeds it, and lets no more wait for it than it can take. */
export class Transcoding {
  readonly #parts: TranscodingParts;
  readonly #size: PictureSize;
  #current: { readonly child: Transcoder; readonly stop: AbortController } | null = null;
  #ended: Promise<void> = Promise.resolve();
  #waitsForKey = true;
  #linger: Timer | null = null;

  constructor(parts: TranscodingParts) {
    this.#parts = parts;
    this.#size = transcodedSize(parts.init);
  }

  /** Begins with the pictures of `group`. Idempotent while it runs. */
  start(group: readonly Chunk[]): void {
    this.#linger?.cancel();
    this.#linger = null;
    if (this.#current) return;
    const { cameraId, open, observer, track, epoch, init } = this.#parts;
    const child = open(cameraId, init, this.#size);
    const stop = new AbortController();
    this.#current = { child, stop };
    const reader = new TransportStreamReader((chunk) => track.add(chunk));
    observer.liveChildren('mpeg1', 1);
    let complaint: string | null = null;
    const run = child.run(stop.signal, (bytes) => {
      complaint ??= reader.push(bytes);
      if (complaint !== null) stop.abort();
    });
    this.#ended = run.then(
      () => this.#over(child, complaint === null ? null : new FramewatchError('LIVE_TRANSCODER_FAILED', `camera ${cameraId}: ${complaint}`)),
      (error: unknown) => this.#over(child, error as FramewatchError),
    );
    track.begin({ type: 'init', mode: 'jsmpeg', ...this.#size, epoch }, null);
    child.write(withFrameRateHint(init.bytes));
    this.#waitsForKey = true;
    for (const chunk of group) this.feed(chunk);
  }

  /** A picture of the camera. Goes nowhere while nobody needs it. */
  feed(chunk: Chunk): void {
    if (!this.#current) return;
    if (chunk.isKey) this.#waitsForKey = false;
    if (this.#waitsForKey) return;
    if (this.#current.child.write(chunk.bytes)) return;
    this.#waitsForKey = true;
    this.#parts.observer.liveDropped('transcoder');
  }

  /** Nobody needs it now; it ends when that is still so after `ms`. */
  stopIn(ms: number): void {
    this.#linger ??= this.#parts.clock.setTimer(ms, () => this.stop());
  }

  /** Idempotent. */
  stop(): void {
    this.#linger?.cancel();
    this.#linger = null;
    this.#current?.stop.abort();
    if (this.#current) this.#forget();
  }

  /** Stops, and resolves when the child is gone. */
  async close(): Promise<void> {
    this.stop();
    await this.#ended;
  }

  #over(child: Transcoder, error: FramewatchError | null): void {
    this.#parts.observer.liveChildren('mpeg1', -1);
    if (this.#current?.child === child) this.#forget();
    if (error) this.#parts.failed(error);
  }

  #forget(): void {
    this.#current = null;
    this.#parts.track.end();
  }
}
