import type { CameraConfig } from '../config/config.ts';
import type { Passthrough, PassthroughFactory } from '../stream/passthrough.ts';
import type { Clock, Timer } from '../util/clock.ts';
import type { Logger } from '../util/logger.ts';
import { LiveAttempts } from './live-attempts.ts';
import { type LiveMode, modeFor, type TroubleMessage, troubleMessage } from './live-message.ts';
import type { LiveObserver } from './live-observer.ts';
import { runLiveStream, type StreamEnd } from './live-stream.ts';
import { LiveTrack } from './live-track.ts';
import type { LiveViewer, ViewerEnd } from './live-viewer.ts';
import type { RetryRules } from './retry-rules.ts';
import type { InitSegment } from './segment-reader.ts';
import type { TranscoderFactory } from './transcoder.ts';
import { Transcoding } from './transcoding.ts';

export interface LiveCameraParts {
  readonly open: PassthroughFactory;
  readonly transcode: TranscoderFactory;
  readonly retries: RetryRules;
  readonly clock: Clock;
  readonly observer: LiveObserver;
  readonly log: Logger;
}

/** So long after its last viewer has left a camera's child lives on: who only looks elsewhere for a moment has a picture at once. */
export const LINGER_MS: number = 10_000;

const SWITCHED_OFF = { type: 'offline', code: 'CAMERA_DISABLED', nextTryAt: null } as const;

/** Full motion of one camera: one child that reads it, however many viewers, from the first viewer until some time after the last. */
export class LiveCamera {
  readonly config: CameraConfig;
  readonly #parts: LiveCameraParts;
  readonly #attempts: LiveAttempts;
  readonly #viewers = new Set<LiveViewer>();
  readonly #tracks: Readonly<Record<LiveMode, LiveTrack>>;
  readonly #closing = new AbortController();
  #enabled: boolean;
  #round = new AbortController();
  #running: Promise<void> | null = null;
  #linger: Timer | null = null;
  #stream: { readonly init: InitSegment; readonly transcoding: Transcoding } | null = null;
  #trouble: TroubleMessage | null = null;
  #epoch = 0;

  constructor(config: CameraConfig, enabled: boolean, parts: LiveCameraParts) {
    this.config = config;
    this.#enabled = enabled;
    this.#parts = parts;
    this.#attempts = new LiveAttempts({
      ...{ config, open: parts.open, retries: parts.retries, clock: parts.clock, log: parts.log },
      read: (source, signal) => this.#read(source, signal),
      tell: (trouble) => this.#tell(trouble),
    });
    this.#tracks = { mse: new LiveTrack(parts.observer), jsmpeg: new LiveTrack(parts.observer) };
  }

  get viewers(): number {
    return this.#viewers.size;
  }

  /** Somebody looks, or somebody did a moment ago. */
  get isBusy(): boolean {
    return this.#viewers.size > 0 || (this.#running !== null && !this.#round.signal.aborted);
  }

  join(viewer: LiveViewer): void {
    this.#viewers.add(viewer);
    this.#parts.observer.liveViewers(this.config.id, this.#viewers.size);
    this.#linger?.cancel();
    this.#linger = null;
    if (this.#stream) this.#seat(viewer, this.#stream);
    else if (this.#trouble) viewer.tell(this.#trouble);
    this.#wake();
  }

  leave(viewer: LiveViewer): void {
    if (!this.#viewers.delete(viewer)) return;
    this.#parts.observer.liveViewers(this.config.id, this.#viewers.size);
    for (const track of Object.values(this.#tracks)) track.leave(viewer);
    if (this.#tracks.jsmpeg.viewers === 0) this.#stream?.transcoding.stopIn(LINGER_MS);
    if (this.#viewers.size === 0 && this.#running) this.#linger = this.#parts.clock.setTimer(LINGER_MS, () => this.release());
  }

  /** Ends the child of a camera that nobody looks at now, before its time. */
  release(): void {
    if (this.#viewers.size > 0) return;
    this.#linger?.cancel();
    this.#linger = null;
    this.#round.abort();
  }

  /** The operator's switch: a camera that is off is not looked at. */
  setEnabled(enabled: boolean): void {
    if (enabled === this.#enabled) return;
    this.#enabled = enabled;
    if (!enabled) this.#round.abort();
    this.#wake();
  }

  /** Ends its viewers, too. Resolves when no child is left. Idempotent. */
  async close(end: ViewerEnd): Promise<void> {
    this.#closing.abort();
    this.#round.abort();
    this.#linger?.cancel();
    for (const viewer of this.#viewers) viewer.close(end);
    await this.#running;
  }

  #wake(): void {
    if (this.#running || this.#closing.signal.aborted || this.#viewers.size === 0) return;
    if (!this.#enabled) {
      this.#tell({ ...SWITCHED_OFF, message: `camera ${this.config.id} is switched off` });
      return;
    }
    this.#round = new AbortController();
    this.#running = this.#attempts.run(this.#round.signal).finally(() => {
      this.#running = null;
      if (!this.#attempts.isLockedOut) this.#trouble = null;
      this.#wake();
    });
  }

  async #read(source: Passthrough, signal: AbortSignal): Promise<StreamEnd> {
    const { clock, observer } = this.#parts;
    observer.liveChildren('passthrough', 1);
    try {
      return await runLiveStream(source, {
        ...{ cameraId: this.config.id, clock, signal },
        listener: {
          onInit: (init) => this.#begin(init),
          onFragment: (fragment) => {
            this.#tracks.mse.add(fragment);
            this.#stream?.transcoding.feed(fragment);
          },
        },
      });
    } finally {
      await this.#end();
      observer.liveChildren('passthrough', -1);
    }
  }

  #begin(init: InitSegment): void {
    const { clock, observer, transcode, log } = this.#parts;
    this.#epoch += 1;
    this.#trouble = null;
    const epoch = this.#epoch;
    const transcoding = new Transcoding({
      ...{ cameraId: this.config.id, init, epoch, track: this.#tracks.jsmpeg, open: transcode, clock, observer },
      failed: (error) => {
        log.warn({ camera: this.config.id, code: error.code }, error.message);
        this.#dismiss('jsmpeg', troubleMessage(error.code, error.message, null));
      },
    });
    this.#stream = { init, transcoding };
    const { codec, width, height } = init;
    for (const viewer of this.#viewers) for (const track of Object.values(this.#tracks)) track.leave(viewer);
    this.#tracks.mse.begin({ type: 'init', mode: 'mse', codec, width, height, epoch }, init.bytes);
    for (const viewer of this.#viewers) this.#seat(viewer, this.#stream);
  }

  #seat(viewer: LiveViewer, { init, transcoding }: { init: InitSegment; transcoding: Transcoding }): void {
    const mode = modeFor(viewer.wish, init.family);
    this.#tracks[mode].join(viewer);
    if (mode === 'jsmpeg') transcoding.start(this.#tracks.mse.group);
  }

  /** The stream is over; resolves when nothing of it is left. */
  async #end(): Promise<void> {
    const stream = this.#stream;
    this.#stream = null;
    this.#tracks.mse.end();
    await stream?.transcoding.close();
  }

  #tell(trouble: TroubleMessage): void {
    this.#trouble = trouble;
    for (const viewer of this.#viewers) viewer.tell(trouble);
  }

  /** Those that are shown this form: they may come again. */
  #dismiss(mode: LiveMode, trouble: TroubleMessage): void {
    for (const viewer of this.#viewers) {
      if (!this.#stream || modeFor(viewer.wish, this.#stream.init.family) !== mode) continue;
      viewer.tell(trouble);
      viewer.close({ code: 1013, reason: 'the pictures could not be coded' });
    }
  }
}
