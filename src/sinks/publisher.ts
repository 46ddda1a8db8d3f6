import type { LabelEvent } from '../events/label-event.ts';

/** The retained state of a camera: the newest verdict and what is active. */
export interface CameraStateMessage {
  readonly camera: string;
  readonly at: string;
  readonly sequence: number;
  readonly label: string;
  readonly score: number;
  readonly top: readonly { readonly label: string; readonly score: number }[];
  readonly regions: Readonly<Record<string, RegionStateMessage>>;
}

export interface RegionStateMessage {
  readonly label: string;
  readonly score: number;
  readonly top: readonly { readonly label: string; readonly score: number }[];
  readonly heads: Readonly<Record<string, { readonly label: string; readonly score: number }>>;
  readonly rules: Readonly<Record<string, { readonly active: boolean; readonly score: number; readonly eventId: string | null }>>;
}

/** Where the daemon's messages leave for other programs. No call blocks or throws: what cannot be sent now is kept (retained topics: the newest; events: in order, bounded) and counted. */
export interface Publisher {
  readonly connected: boolean;
  /** Why it is not connected, redacted; null when it is or was never tried. */
  readonly lastError: string | null;
  /** Events committed but not yet acknowledged. */
  readonly backlog: number;
  publishEvent(event: LabelEvent): void;
  publishState(message: CameraStateMessage): void;
  publishAvailability(cameraId: string, online: boolean): void;
  publishSnapshot(cameraId: string, jpeg: Uint8Array): void;
  publishClassification(cameraId: string, payload: object): void;
  publishStats(payload: object): void;
  /** Publishes `offline`, waits a bounded time for what is in flight, disconnects. */
  close(): Promise<void>;
}
