import type { CameraConfig } from '../config/config.ts';
import type { Passthrough, PassthroughFactory } from '../stream/passthrough.ts';
import { type Clock, delay, isoTime, type Timer } from '../util/clock.ts';
import { FramewatchError, messageOf } from '../util/errors.ts';
import type { Logger } from '../util/logger.ts';
import { type LiveMode, modeFor, type TroubleMessage, troubleMessage } from './live-message.ts';
import type { LiveObserver } from './live-observer.ts';
import { runLiveStream } from './live-stream.ts';
import { LiveTrack } from './live-track.ts';
import type { LiveViewer, ViewerEnd } from './live-viewer.ts';
import { Retries, type RetryRules } from './retry-rules.ts';
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
  readonly #retries: Retries;
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
  #notBeforeMono = Number.NEGATIVE_INFINITY;

  constructor(config: CameraConfig, enabled: boolean, parts: LiveCameraParts) {
    this.config = config;
    this.#enabled = enabled;
    this.#parts = parts;
    this.#retries = new Retries(parts.retries);
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
    this.#running = this.#watch(this.#round.signal).finally(() => {
      this.#running = null;
      if (this.#notBeforeMono <= this.#parts.clock.monotonicMs()) this.#trouble = null;
      this.#wake();
    });
  }

  /** Reads the camera again and again until `signal` aborts. */
  async #watch(signal: AbortSignal): Promise<void> {
    const { id } = this.config;
    const { clock, log, open } = this.#parts;
    // Others may have looked before, and left: what they have learned of a lockout holds.
    await this.#pause(this.#notBeforeMono - clock.monotonicMs(), signal);
    let source: Passthrough;
    try {
      source = open(this.config);
    } catch (cause) {
      this.#tell(troubleOf(cause, id, null));
      await aborted(signal);
      return;
    }
    while (!signal.aborted) {
      const { error, healthyMs } = await this.#read(source, signal);
      if (isAborted(signal)) return;
      if (!error) continue;
      this.#retries.failed(error, healthyMs);
      log.warn({ camera: id, code: error.code }, `full motion: ${error.message}`);
      await this.#rest(source, error, signal);
    }
  }

  async #read(source: Passthrough, signal: AbortSignal) {
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

  /** Waits for the next try, and says so. */
  async #rest(source: Passthrough, error: FramewatchError, signal: AbortSignal): Promise<void> {
    const announce = (ms: number) => this.#tell(troubleMessage(error.code, error.message, isoTime(this.#parts.clock.wallMs() + ms)));
    if (this.#retries.knocksAfter(error)) {
      let isThere = await source.knock(signal);
      if (!isThere) {
        while (!isThere && !signal.aborted) {
          const ms = this.#retries.knockMs();
          announce(ms);
          await this.#pause(ms, signal);
          isThere = isAborted(signal) || (await source.knock(signal));
        }
        return;
      }
    }
    const ms = this.#retries.waitMs();
    if (this.#retries.isLockedOut) this.#notBeforeMono = this.#parts.clock.monotonicMs() + ms;
    announce(ms);
    await this.#pause(ms, signal);
  }

  async #pause(ms: number, signal: AbortSignal): Promise<void> {
    if (ms > 0) await delay(this.#parts.clock, ms, signal);
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

function troubleOf(cause: unknown, cameraId: string, nextTryAt: string | null): TroubleMessage {
  const error = cause instanceof FramewatchError ? cause : new FramewatchError('INTERNAL', `camera ${cameraId}: ${messageOf(cause)}`, { cause });
  return troubleMessage(error.code, error.message, nextTryAt);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
