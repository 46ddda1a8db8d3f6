import type { CameraConfig } from '../config/config.ts';
import { type Clock, delay, wallAt } from '../util/clock.ts';
import type { FramewatchError } from '../util/errors.ts';
import type { Logger } from '../util/logger.ts';
import { authRetryMs, backoffMs, failuresAfter } from './backoff.ts';
import { CameraConnection, type ConnectionEnd } from './camera-connection.ts';
import type { CameraObserver } from './camera-observer.ts';
import type { CameraState, CameraStatus, RestartReason } from './camera-status.ts';
import type { ConnectGate } from './connect-gate.ts';
import { DecodeChooser } from './decode-chooser.ts';
import type { Frame } from './frame.ts';
import type { SourceFactory, SourceFrame } from './source.ts';
import type { StreamAddress } from './stream-address.ts';
import type { TcpProbe } from './tcp-probe.ts';

export interface CameraSupervisorOptions {
  readonly camera: CameraConfig;
  /** The state to begin with: the switch's, which may differ from `camera.enabled`. */
  readonly enabled: boolean;
  /** Where the camera's door is; null for a file. From `streamAddress(camera).endpoint`. */
  readonly endpoint: StreamAddress['endpoint'];
  readonly openSource: SourceFactory;
  /** One for all cameras. */
  readonly gate: ConnectGate;
  readonly probe: TcpProbe;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly log: Logger;
  readonly observer: CameraObserver;
  /** Called synchronously for each picture; must not block. */
  readonly onFrame: (frame: Frame) => void;
  /** Called when the state, the error or whether a next try is set has changed; rates and ages alone do not call it. */
  readonly onStatus: (status: CameraStatus) => void;
}

/** While a camera is offline its door is tried this often, so that it is back soon after it returns. */
const KNOCK_INTERVAL_MS = 5000;

/**
 * Keeps one camera running: the only place that starts a source again. Each failure has its state: a refused login is `authFailed` and retried
 * slowly, a camera whose door is shut is `offline` and knocked at every 5 s, everything else is `backingOff`.
 */
export class CameraSupervisor {
  readonly #options: CameraSupervisorOptions;
  readonly #chooser: DecodeChooser;
  readonly #closing = new AbortController();
  #enabled: boolean;
  #running: Promise<void> | undefined;
  /** Ends what goes on now: a connection or a wait. */
  #round = new AbortController();
  #connection: CameraConnection | undefined;
  #sequence = 0;
  #restarts = 0;
  #state: CameraState = 'disabled';
  #since: number;
  #error: CameraStatus['error'] = null;
  #nextTryAt: number | null = null;

  constructor(options: CameraSupervisorOptions) {
    this.#options = options;
    this.#enabled = options.enabled;
    this.#chooser = new DecodeChooser(options.camera);
    this.#since = options.clock.wallMs();
  }

  /** Idempotent. */
  start(): void {
    this.#running ??= this.#supervise();
  }

  /** Resolves when its child is gone. No callback comes after it. Idempotent. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#round.abort();
    await this.#running;
  }

  /** Pauses or resumes. Takes effect at once; the state follows when the child is gone. */
  setEnabled(enabled: boolean): void {
    if (enabled === this.#enabled) return;
    this.#enabled = enabled;
    this.#round.abort();
  }

  get status(): CameraStatus {
    const connection = this.#connection;
    return {
      cameraId: this.#options.camera.id,
      state: this.#state,
      since: this.#since,
      error: this.#error,
      nextTryAt: this.#nextTryAt,
      restarts: this.#restarts,
      codec: connection?.stream.codec ?? null,
      sourceWidth: connection?.stream.width ?? null,
      sourceHeight: connection?.stream.height ?? null,
      framesPerSecond: connection?.meter.framesPerSecond ?? null,
      keyFrameIntervalMs: connection?.meter.keyFrameIntervalMs ?? null,
      decode: this.#chooser.mode,
      decodeAgeMs: connection?.meter.decodeAgeMs ?? null,
      framesWithoutArrival: connection?.meter.framesWithoutArrival ?? 0,
    };
  }

  async #supervise(): Promise<void> {
    let wasPaused = false;
    while (!this.#closing.signal.aborted) {
      this.#round = new AbortController();
      if (this.#enabled) {
        if (wasPaused) this.#countRestart('resumed');
        await this.#watch(this.#round.signal);
      } else {
        wasPaused = true;
        this.#enter('disabled', null);
        await aborted(this.#round.signal);
      }
    }
    this.#options.observer.cameraUp(this.#options.camera.id, false);
  }

  /** Connects again and again until `signal` aborts. */
  async #watch(signal: AbortSignal): Promise<void> {
    const isOver = () => signal.aborted;
    let failures = 0;
    let refusals = 0;
    while (!isOver()) {
      const { end, healthyMs } = await this.#connect(signal);
      if (isOver()) return;
      if (end.reason !== 'decodeMode') {
        failures = failuresAfter(failures, healthyMs);
        refusals = end.reason === 'auth' ? refusals + 1 : 0;
        this.#options.log.warn({ camera: this.#options.camera.id, code: end.error?.code, failures }, end.error?.message ?? 'the source ended');
        await this.#pause(end, failures, refusals, signal);
        if (isOver()) return;
      } else if (this.#chooser.isOverruled) {
        const { id } = this.#options.camera;
        const message = `camera ${id}: its key frames come out of the decoder too late to be judged (B-frames, mostly): everything is decoded, not only key frames as configured`;
        this.#options.log.warn({ camera: id }, message);
      }
      this.#countRestart(end.reason);
    }
  }

  async #connect(signal: AbortSignal): Promise<{ end: ConnectionEnd; healthyMs: number }> {
    const { camera, gate, openSource, clock, endpoint } = this.#options;
    this.#enter('connecting', this.#error);
    const permit = await gate.acquire(endpoint?.host ?? `file of ${camera.id}`, signal);
    if (!permit) return { end: { reason: 'exit', error: null }, healthyMs: 0 };
    const connection = new CameraConnection({
      camera,
      source: openSource(camera, this.#chooser.mode),
      chooser: this.#chooser,
      clock,
      onFirstPacket: () => permit.release(),
      onFrame: (frame) => this.#deliver(frame, signal),
      onInvalid: (frames) => this.#options.observer.framesInvalid(camera.id, frames),
      onFault: (error) => this.#enter('backingOff', this.#shown(error)),
    });
    this.#connection = connection;
    try {
      return { end: await connection.run(signal), healthyMs: connection.meter.healthyMs };
    } finally {
      permit.release();
      this.#connection = undefined;
    }
  }

  #deliver({ receivedMono, decodedMono, width, height, pixels }: SourceFrame, signal: AbortSignal): void {
    if (signal.aborted) return;
    const { camera, clock, observer, onFrame } = this.#options;
    if (this.#state !== 'live') this.#enter('live', null);
    this.#sequence += 1;
    observer.frameReceived(camera.id);
    onFrame({
      cameraId: camera.id,
      sequence: this.#sequence,
      receivedAt: wallAt(clock, receivedMono),
      receivedMono,
      decodedMono,
      width,
      height,
      pixels,
    });
  }

  async #pause(end: ConnectionEnd, failures: number, refusals: number, signal: AbortSignal): Promise<void> {
    const { random, endpoint } = this.#options;
    if (end.reason === 'auth') {
      await this.#wait('authFailed', end.error, authRetryMs(refusals, random()), signal);
      return;
    }
    // Before the knock, which takes up to 2 s: nobody should take it for live meanwhile.
    this.#enter('backingOff', this.#shown(end.error));
    const mayBeAway = end.reason === 'unreachable' || end.reason === 'exit' || end.reason === 'stalled';
    if (endpoint && mayBeAway && !(await this.#knock(endpoint, signal))) {
      do await this.#wait('offline', end.error, KNOCK_INTERVAL_MS * (1 - random() / 4), signal);
      while (!signal.aborted && !(await this.#knock(endpoint, signal)));
      return;
    }
    await this.#wait('backingOff', end.error, backoffMs(failures, random()), signal);
  }

  #knock({ host, port }: { host: string; port: number }, signal: AbortSignal): Promise<boolean> {
    return this.#options.probe(host, port, signal);
  }

  async #wait(state: CameraState, error: FramewatchError | null, ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    this.#enter(state, this.#shown(error), this.#options.clock.wallMs() + ms);
    await delay(this.#options.clock, ms, signal);
  }

  #shown(error: FramewatchError | null): CameraStatus['error'] {
    return error && { code: error.code, message: error.message, at: this.#options.clock.wallMs() };
  }

  #enter(state: CameraState, error: CameraStatus['error'], nextTryAt: number | null = null): void {
    const hasMoved = state !== this.#state;
    // A next try after one that failed is told, too: who counts down to it would stand at zero.
    const isSame = !hasMoved && error?.message === this.#error?.message && nextTryAt === this.#nextTryAt;
    this.#nextTryAt = nextTryAt;
    if (isSame) return;
    const wasUp = this.#state === 'live';
    this.#state = state;
    this.#error = error;
    if (hasMoved) this.#since = this.#options.clock.wallMs();
    if (wasUp !== (state === 'live')) this.#options.observer.cameraUp(this.#options.camera.id, state === 'live');
    this.#options.onStatus(this.status);
  }

  #countRestart(reason: RestartReason): void {
    this.#restarts += 1;
    this.#options.observer.restarted(this.#options.camera.id, reason);
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
