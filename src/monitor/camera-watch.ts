import type { CameraConfig } from '../config/config.ts';
import { CameraJudge, type CameraJudgeOptions } from '../events/camera-judge.ts';
import { maxGapMs } from '../events/rule-tracker.ts';
import type { Publisher } from '../sinks/publisher.ts';
import type { CameraState, CameraStatus } from '../stream/camera-status.ts';
import { CameraSupervisor, type CameraSupervisorOptions } from '../stream/camera-supervisor.ts';
import type { Frame } from '../stream/frame.ts';
import { streamAddress } from '../stream/stream-address.ts';
import type { FrameIntake } from './batcher.ts';
import type { CoverageRecord } from './coverage-record.ts';
import type { VerdictPath } from './verdict-path.ts';

export interface CameraWatchParts {
  readonly config: CameraConfig;
  readonly supervision: Pick<CameraSupervisorOptions, 'openSource' | 'gate' | 'probe' | 'clock' | 'random' | 'log' | 'observer'>;
  readonly judging: Pick<CameraJudgeOptions, 'model' | 'snapshots' | 'clock' | 'newEventId'>;
  readonly scheduler: FrameIntake;
  readonly verdicts: VerdictPath;
  readonly publisher: Publisher;
  /** Whether the operator wants it watched now. */
  readonly isOn: (config: CameraConfig) => boolean;
  readonly coverage: Pick<CoverageRecord, 'enter' | 'source'>;
  /** Something changed that people look at. */
  readonly changed: (cameraId: string) => void;
  /** A frame that no slot took. */
  readonly refused: (cameraId: string) => void;
}

/** One camera with all that hangs on it: its source, its slots in the batcher, its judge. */
export class CameraWatch {
  readonly #parts: CameraWatchParts;
  readonly #supervisor: CameraSupervisor;
  #online: boolean | null = null;

  constructor(parts: CameraWatchParts) {
    this.#parts = parts;
    const { config, supervision } = parts;
    this.#supervisor = new CameraSupervisor({
      ...supervision,
      camera: config,
      enabled: parts.isOn(config),
      endpoint: streamAddress(config).endpoint,
      onFrame: (frame) => this.#offer(frame),
      onStatus: (status) => this.#told(status),
    });
  }

  get config(): CameraConfig {
    return this.#parts.config;
  }

  get status(): CameraStatus {
    return this.#supervisor.status;
  }

  /** The switch: what the operator wants. `status` is what is. */
  get enabled(): boolean {
    return this.#parts.isOn(this.#parts.config);
  }

  start(): void {
    const { config, scheduler, verdicts, judging, supervision, coverage } = this.#parts;
    const { maxLatencyMs, weight } = config;
    const slots = config.regions.map((region) => ({ cameraId: config.id, region: region.id, crop: region.crop, maxLatencyMs, weight }));
    for (const slot of slots) scheduler.addSlot(slot);
    const judge = new CameraJudge({
      ...judging,
      cameraId: config.id,
      regions: config.regions,
      rules: config.rules,
      maxGapMs: maxGapMs(config.sampleFps),
    });
    verdicts.addCamera({ config, judge, slots: new Set(slots) });
    coverage.enter({ ...config, enabled: this.enabled });
    supervision.observer.cameraUp(config.id, false);
    this.#announce(false);
    this.switched();
    this.#supervisor.start();
  }

  /** The switch may be another than before: its source ends, or begins again. */
  switched(): void {
    const { config, publisher, changed } = this.#parts;
    publisher.publishEnabled(config.id, this.enabled);
    this.#supervisor.setEnabled(this.enabled);
    changed(config.id);
  }

  /** Ends the source only: what is on its way is still judged. Resolves when its child is gone. */
  close(): Promise<void> {
    return this.#supervisor.close();
  }

  /** Takes it out of the running daemon, its events ended as `configChanged`. */
  async leave(): Promise<void> {
    const { config, scheduler, verdicts } = this.#parts;
    await this.close();
    scheduler.removeSlot(config.id);
    verdicts.removeCamera(config.id, 'configChanged');
    this.#announce(false);
  }

  #offer(frame: Frame): void {
    const { config, scheduler, refused } = this.#parts;
    for (const region of config.regions) {
      const outcome = scheduler.offer(config.id, region.id, frame);
      if (outcome === 'closed' || outcome === 'unknownSlot') refused(config.id);
    }
  }

  #told(status: CameraStatus): void {
    const { config, verdicts, coverage, changed } = this.#parts;
    const { state } = status;
    coverage.source(status);
    const online = isOnline(state);
    if (online !== null) {
      this.#announce(online);
      if (!online) verdicts.endEvents(config.id, state === 'disabled' ? 'cameraDisabled' : 'cameraOffline');
    }
    changed(config.id);
  }

  #announce(online: boolean): void {
    if (online === this.#online) return;
    this.#online = online;
    this.#parts.publisher.publishAvailability(this.#parts.config.id, online);
  }
}

/** `null` while it connects: a short reconnect, or another way of decoding, neither ends nor begins anything. */
function isOnline(state: CameraState): boolean | null {
  return state === 'connecting' ? null : state === 'live';
}
