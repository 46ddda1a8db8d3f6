import type { CameraConfig } from '../config/config.ts';
import type { Clock } from '../util/clock.ts';
import { type ErrorCode, FramewatchError, messageOf } from '../util/errors.ts';
import type { RestartReason } from './camera-status.ts';
import type { DecodeChooser } from './decode-chooser.ts';
import type { FrameSource, SourceFrame, SourcePacket, StreamFacts } from './source.ts';
import { STALL_LIMIT_MS, StallWatchdog } from './stall-watchdog.ts';
import { StreamMeter } from './stream-meter.ts';

/** How one connection ended. `error` is null when nothing was wrong: it was told to end, or to change its way of decoding. */
export interface ConnectionEnd {
  readonly reason: RestartReason;
  readonly error: FramewatchError | null;
}

export interface ConnectionOptions {
  readonly camera: CameraConfig;
  readonly source: FrameSource;
  readonly chooser: DecodeChooser;
  readonly clock: Clock;
  readonly onFirstPacket: () => void;
  readonly onFrame: (frame: SourceFrame) => void;
  readonly onInvalid: (frames: number) => void;
  /** It ends because of a fault, as is known already while its child is still being ended. At most once. */
  readonly onFault: (error: FramewatchError) => void;
}

/** A stream whose packets come but of which no picture can be made is given up after this long, so that somebody is told. */
const NO_PICTURE_LIMIT_MS = 120_000;

const REASONS: Partial<Record<ErrorCode, RestartReason>> = {
  CAMERA_STALLED: 'stalled',
  CAMERA_AUTH_FAILED: 'auth',
  CAMERA_UNREACHABLE: 'unreachable',
  CAMERA_UNKNOWN_HOST: 'unreachable',
  CAMERA_NOT_FOUND: 'notFound',
  CAMERA_UNSUPPORTED_STREAM: 'unsupported',
};

/** One run of one source: watched for silence, measured, and ended when another way of decoding suits the stream better. */
export class CameraConnection {
  readonly meter: StreamMeter = new StreamMeter();
  readonly #options: ConnectionOptions;
  readonly #watchdog: StallWatchdog;
  readonly #attempt = new AbortController();
  #stream: StreamFacts = { codec: null, width: null, height: null };
  #connectedMono: number | null = null;
  #ended: ConnectionEnd | undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#watchdog = new StallWatchdog(options.clock, () => this.#end({ reason: 'stalled', error: this.#stalled() }));
  }

  get stream(): StreamFacts {
    return this.#stream;
  }

  /** Runs until the source ends, the watchdog ends it, or `signal` aborts; then nothing of it is left. Never rejects. */
  async run(signal: AbortSignal): Promise<ConnectionEnd> {
    const onAbort = () => this.#attempt.abort();
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    this.#watchdog.start();
    try {
      await this.#options.source.run(this.#attempt.signal, {
        onOpening: (allowanceMs) => this.#watchdog.feed(allowanceMs),
        onStream: (stream) => {
          this.#stream = stream;
        },
        onPacket: (packet) => this.#onPacket(packet),
        onFrame: (frame) => this.#onFrame(frame),
        onInvalid: (frames) => this.#options.onInvalid(frames),
      });
      return this.#ended ?? { reason: 'exit', error: null };
    } catch (cause) {
      return this.#ended ?? failure(this.#options.camera.id, cause);
    } finally {
      this.#watchdog.close();
      signal.removeEventListener('abort', onAbort);
    }
  }

  #onPacket(packet: SourcePacket): void {
    this.#watchdog.feed();
    this.meter.packet(packet);
    if (this.#connectedMono === null) {
      this.#connectedMono = packet.arrivedMono;
      this.#options.onFirstPacket();
    }
    if (this.meter.frames === 0 && packet.arrivedMono - this.#connectedMono > NO_PICTURE_LIMIT_MS)
      this.#end({ reason: 'unsupported', error: this.#undecodable() });
    if (packet.isKey) this.#reconsider(packet.arrivedMono);
  }

  #onFrame(frame: SourceFrame): void {
    if (this.#attempt.signal.aborted) return;
    this.meter.frame(frame);
    this.#options.onFrame(frame);
  }

  #reconsider(nowMono: number): void {
    const { longestKeyFrameIntervalMs, highDecodeAgeMs, frames } = this.meter;
    const connectedMono = this.#connectedMono ?? nowMono;
    const hasChanged = this.#options.chooser.reconsider({ nowMono, connectedMono, longestKeyFrameIntervalMs, highDecodeAgeMs, frames });
    if (hasChanged) this.#end({ reason: 'decodeMode', error: null });
  }

  #end(end: ConnectionEnd): void {
    if (this.#ended || this.#attempt.signal.aborted) return;
    this.#ended = end;
    if (end.error) this.#options.onFault(end.error);
    this.#attempt.abort();
  }

  #stalled(): FramewatchError {
    const what = this.#connectedMono === null ? 'answered nothing' : 'sent nothing';
    const message = `camera ${this.#options.camera.id} ${what} for ${STALL_LIMIT_MS / 1000} s; it is connected again (check the camera and its network when this repeats)`;
    return new FramewatchError('CAMERA_STALLED', message);
  }

  #undecodable(): FramewatchError {
    const { camera } = this.#options;
    const message = `camera ${camera.id} sends ${this.#stream.codec ?? 'video'}, but no picture of it could be decoded in ${NO_PICTURE_LIMIT_MS / 1000} s; set the camera to H.264 or H.265`;
    return new FramewatchError('CAMERA_UNSUPPORTED_STREAM', message);
  }
}

function failure(cameraId: string, cause: unknown): ConnectionEnd {
  const error =
    cause instanceof FramewatchError
      ? cause
      : new FramewatchError('INTERNAL', `camera ${cameraId}: ${messageOf(cause)}; please report this`, { cause });
  return { reason: REASONS[error.code] ?? 'exit', error };
}
