import type { CameraConfig } from '../config/config.ts';
import type { Clock } from '../util/clock.ts';
import { FramewatchError } from '../util/errors.ts';
import type { Logger } from '../util/logger.ts';
import type { ConnectGate } from './connect-gate.ts';
import type { FfmpegCapabilities } from './ffmpeg-capabilities.ts';
import { passthroughAnalysisMs, passthroughArguments } from './passthrough-arguments.ts';
import { openPicturePipe } from './picture-pipe.ts';
import { SourceChild } from './source-child.ts';
import { STALL_LIMIT_MS, StallWatchdog } from './stall-watchdog.ts';
import { StderrTail } from './stderr-tail.ts';
import { streamAddress } from './stream-address.ts';
import { streamFault } from './stream-fault.ts';
import type { TcpProbe } from './tcp-probe.ts';

/** One attempt after the other to read a camera's video as it is. Never retries by itself. */
export interface Passthrough {
  /**
   * Resolves only after `signal` aborted; else rejects with a FramewatchError that says why the stream ended. When it settles nothing of it is left. `onStart` is called
   * for each child, and from then on `onBytes` gets a new MP4 from its beginning; the bytes are valid during the call only. Neither may throw or block.
   */
  run(signal: AbortSignal, listener: PassthroughListener): Promise<void>;
  /** Whether something listens where the camera should be; true where that cannot be asked. Never rejects. */
  knock(signal: AbortSignal): Promise<boolean>;
}

export interface PassthroughListener {
  onStart(): void;
  onBytes(bytes: Uint8Array): void;
}

export type PassthroughFactory = (camera: CameraConfig) => Passthrough;

export interface PassthroughOptions {
  /** The program, as located, and what it can do. */
  readonly file: string;
  readonly capabilities: FfmpegCapabilities;
  /** The one that the analysed streams go through, too: a recorder sees both. */
  readonly gate: ConnectGate;
  readonly probe: TcpProbe;
  readonly clock: Clock;
  readonly log: Logger;
  readonly redact: (text: string) => string;
}

/** Opens `liveUrl` when a camera has one, else `url`. A URL that cannot be used throws CONFIG_INVALID. */
export function passthroughs(options: PassthroughOptions): PassthroughFactory {
  return (camera) => new FfmpegPassthrough(camera, options);
}

const ROOM_BYTES = 256 * 1024;
/** ffmpeg's words for "I did not look long enough to know what this is". */
const LOOKED_TOO_SHORT =
  /unspecified size|dimensions not set|Could not find codec parameters|matches no streams|does not contain any stream|Could not write header/i;
const CANNOT_BE_PASSED_ON = /codec not currently supported in container/i;

class FfmpegPassthrough implements Passthrough {
  readonly #camera: CameraConfig;
  readonly #options: PassthroughOptions;
  readonly #address: ReturnType<typeof streamAddress>;
  #looksLonger = false;

  constructor(camera: CameraConfig, options: PassthroughOptions) {
    this.#camera = camera;
    this.#options = options;
    this.#address = streamAddress({ ...camera, url: camera.liveUrl ?? camera.url });
  }

  knock(signal: AbortSignal): Promise<boolean> {
    const { endpoint } = this.#address;
    return endpoint ? this.#options.probe(endpoint.host, endpoint.port, signal) : Promise.resolve(true);
  }

  async run(signal: AbortSignal, listener: PassthroughListener): Promise<void> {
    while (!signal.aborted) {
      const permit = await this.#options.gate.acquire(this.#address.endpoint?.host ?? `file of ${this.#camera.id}`, signal);
      if (!permit) return;
      try {
        await this.#runChild(signal, listener, () => permit.release());
      } finally {
        permit.release();
      }
    }
  }

  /** Returns when it was told to end, or when another child must look longer. */
  async #runChild(signal: AbortSignal, listener: PassthroughListener, connected: () => void): Promise<void> {
    const { file, capabilities, clock, log, redact } = this.#options;
    const { id, transport } = this.#camera;
    const input = { address: this.#address, transport, looksLonger: this.#looksLonger };
    const child = new SourceChild(file, passthroughArguments(input, capabilities), clock);
    const stderr = new StderrTail(clock, redact, (line, suppressed) => log.debug({ camera: id, suppressed }, `full motion: ${line}`));
    const room = new Uint8Array(ROOM_BYTES);
    const seen = { bytes: false, stall: false };
    const watchdog = new StallWatchdog(clock, () => {
      seen.stall = true;
      void child.stop();
    });
    const read = (bytes: Uint8Array) => {
      if (signal.aborted) return;
      if (!seen.bytes) connected();
      seen.bytes = true;
      watchdog.feed();
      listener.onBytes(bytes);
    };
    const onAbort = () => void child.stop();
    const pipe = await openPicturePipe({ room: () => room, read });
    signal.addEventListener('abort', onAbort, { once: true });
    watchdog.start();
    watchdog.feed(passthroughAnalysisMs(input));
    try {
      if (isAborted(signal)) return;
      listener.onStart();
      const end = await child.start({ pictures: pipe, onPacketText: ignore, onFrameText: ignore, onStderr: (text) => stderr.push(text) });
      if (isAborted(signal)) return;
      const shown = redact(this.#address.shown);
      if (seen.stall) throw stalled(id, shown, seen.bytes);
      const lines = stderr.lines();
      if (lines.some((line) => CANNOT_BE_PASSED_ON.test(line))) throw unsupported(id, shown, lines);
      if (!seen.bytes && !this.#looksLonger && lines.some((line) => LOOKED_TOO_SHORT.test(line))) {
        this.#looksLonger = true;
        return;
      }
      throw streamFault({ cameraId: id, shown, ...end, lines, sawPackets: seen.bytes });
    } finally {
      watchdog.close();
      signal.removeEventListener('abort', onAbort);
      await child.stop();
      pipe.close();
    }
  }
}

function stalled(cameraId: string, shown: string, sawBytes: boolean): FramewatchError {
  const what = sawBytes ? 'sent nothing' : 'answered nothing';
  return new FramewatchError('CAMERA_STALLED', `camera ${cameraId} at ${shown} ${what} for ${STALL_LIMIT_MS / 1000} s; it is connected again`);
}

function unsupported(cameraId: string, shown: string, lines: readonly string[]): FramewatchError {
  const codec = lines.map((line) => /tag for codec (\w+)/.exec(line)?.[1]).find((name) => name !== undefined) ?? 'video';
  return new FramewatchError(
    'CAMERA_UNSUPPORTED_STREAM',
    `camera ${cameraId} at ${shown} sends ${codec}, which cannot be passed on; set the camera to H.264 or H.265`,
  );
}

/** Asked anew after each wait: the compiler takes a property that was false once for false. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

function ignore(): void {}
