import type { CameraConfig } from '../../src/config/config.ts';
import type { LiveCameraParts } from '../../src/live/live-camera.ts';
import type { Transcoder } from '../../src/live/transcoder.ts';
import type { Passthrough, PassthroughListener } from '../../src/stream/passthrough.ts';
import { FramewatchError } from '../../src/util/errors.ts';
import { silentLogger } from '../../src/util/logger.ts';
import type { VirtualClock } from '../helpers/virtual-clock.ts';
import { NotedObserver } from './puppet-socket.ts';

/** A camera's passthrough, moved by hand. */
export class PuppetPassthrough implements Passthrough {
  readonly cameraId: string;
  /** Runs so far. */
  runs = 0;
  knocks = 0;
  isThere = true;
  #listener: PassthroughListener | null = null;
  #reject: (error: Error) => void = () => undefined;

  constructor(cameraId: string) {
    this.cameraId = cameraId;
  }

  get isRunning(): boolean {
    return this.#listener !== null;
  }

  knock(): Promise<boolean> {
    this.knocks += 1;
    return Promise.resolve(this.isThere);
  }

  async run(signal: AbortSignal, listener: PassthroughListener): Promise<void> {
    this.runs += 1;
    this.#listener = listener;
    try {
      await new Promise<void>((resolve, reject) => {
        this.#reject = reject;
        if (signal.aborted) resolve();
        signal.addEventListener('abort', () => resolve(), { once: true });
        listener.onStart();
      });
    } finally {
      this.#listener = null;
    }
  }

  send(...pieces: readonly Uint8Array[]): void {
    for (const piece of pieces) this.#listener?.onBytes(piece);
  }

  fail(code: ConstructorParameters<typeof FramewatchError>[0]): void {
    this.#reject(new FramewatchError(code, `${code} of ${this.cameraId}`));
  }
}

/** Takes what it is given, and says what it is told to. */
export class PuppetTranscoder implements Transcoder {
  readonly written: Uint8Array[] = [];
  takes = true;
  isRunning = false;
  emit: (bytes: Uint8Array) => void = () => undefined;
  fail: (error: FramewatchError) => void = () => undefined;

  write(bytes: Uint8Array): boolean {
    if (this.takes) this.written.push(bytes);
    return this.takes;
  }

  async run(signal: AbortSignal, onBytes: (bytes: Uint8Array) => void): Promise<void> {
    this.isRunning = true;
    this.emit = onBytes;
    try {
      await new Promise<void>((resolve, reject) => {
        this.fail = reject;
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    } finally {
      this.isRunning = false;
    }
  }
}

/** All that a live camera needs, each part to be looked at. */
export function puppetParts(clock: VirtualClock) {
  const passthroughs: PuppetPassthrough[] = [];
  const transcoders: PuppetTranscoder[] = [];
  const observer = new NotedObserver();
  const parts: LiveCameraParts = {
    open: (camera: CameraConfig) => {
      const passthrough = new PuppetPassthrough(camera.id);
      passthroughs.push(passthrough);
      return passthrough;
    },
    transcode: () => {
      const transcoder = new PuppetTranscoder();
      transcoders.push(transcoder);
      return transcoder;
    },
    retries: {
      backoffMs: (failures) => 1000 * failures,
      authRetryMs: () => 60_000,
      failuresAfter: (failures) => failures + 1,
      random: () => 0,
    },
    ...{ clock, observer, log: silentLogger },
  };
  return { passthroughs, transcoders, observer, parts };
}
