import type { CameraStateMessage } from '../events/camera-state.ts';
import type { CoverageView } from '../events/coverage.ts';
import type { LabelEvent } from '../events/label-event.ts';

export type { CameraStateMessage, RegionStateMessage } from '../events/camera-state.ts';

/** The retained coverage of a camera. */
export interface CoverageMessage extends CoverageView {
  readonly camera: string;
}

/** Where the daemon's messages leave for other programs. No call blocks or throws: what cannot be sent now is kept (retained topics: the newest; events: in the outbox) and counted. */
export interface Publisher {
  readonly connected: boolean;
  /** Why it is not connected, redacted; null when it is or was never tried. */
  readonly lastError: string | null;
  /** A message that was just committed, and lies in the outbox. */
  publishEvent(event: LabelEvent): void;
  publishState(message: CameraStateMessage): void;
  publishAvailability(cameraId: string, online: boolean): void;
  /** The switch of a camera. */
  publishEnabled(cameraId: string, enabled: boolean): void;
  publishCoverage(message: CoverageMessage): void;
  publishSnapshot(cameraId: string, jpeg: Uint8Array): void;
  publishStrip(cameraId: string, jpeg: Uint8Array): void;
  publishClassification(cameraId: string, payload: object): void;
  publishStats(payload: object): void;
  publishHealth(cameraId: string, payload: object): void;
  /** Writes a retained topic; an empty `payload` makes the broker forget it. `acknowledged`: each time the broker has taken it. */
  announce(topic: string, payload: string, acknowledged: () => void): void;
  /** Everything retained once more, at random within `spreadMs`. */
  repeatRetained(spreadMs: number): void;
  /** The camera is gone from the configuration: its retained topics are emptied at the broker, so that nobody takes them for news. */
  forgetCamera(cameraId: string): void;
  /** Publishes `offline`, waits a bounded time for what is in flight, disconnects. */
  close(): Promise<void>;
}
