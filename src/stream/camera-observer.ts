import type { RestartReason } from './camera-status.ts';

/** What telemetry wants to know of cameras. Called synchronously; must not throw. */
export interface CameraObserver {
  frameReceived(cameraId: string): void;
  /** Frames that came incomplete or of impossible size (drop reason `invalid`). */
  framesInvalid(cameraId: string, count: number): void;
  /** A source is about to be started again, and why the one before it ended. */
  restarted(cameraId: string, reason: RestartReason): void;
  /** True exactly while the camera is `live`. */
  cameraUp(cameraId: string, up: boolean): void;
}

export const noCameraObserver: CameraObserver = {
  frameReceived() {},
  framesInvalid() {},
  restarted() {},
  cameraUp() {},
};
