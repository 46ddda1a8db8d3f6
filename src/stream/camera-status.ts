export const CAMERA_STATES = ['disabled', 'connecting', 'live', 'backingOff', 'authFailed', 'offline'] as const;

export type CameraState = (typeof CAMERA_STATES)[number];

/** Why a source was started again. */
export type RestartReason = 'exit' | 'stalled' | 'auth' | 'unreachable' | 'notFound' | 'unsupported' | 'decodeMode' | 'resumed';

/** A snapshot of one camera's connection: values only, no secrets. */
export interface CameraStatus {
  readonly cameraId: string;
  readonly state: CameraState;
  /** Wall clock, ms: since when it is in this state. */
  readonly since: number;
  /** A sentence for a person, redacted, when something is wrong. `code` is from the list of error codes. */
  readonly error: { readonly code: string; readonly message: string; readonly at: number } | null;
  /** Wall clock, ms: when the next try begins, while it waits for one. */
  readonly nextTryAt: number | null;
  readonly restarts: number;
  /** What the stream shows of itself; null until measured. */
  readonly codec: string | null;
  readonly sourceWidth: number | null;
  readonly sourceHeight: number | null;
  readonly framesPerSecond: number | null;
  readonly keyFrameIntervalMs: number | null;
  /** How frames are chosen now; `auto` is resolved to one of the two. */
  readonly decode: 'all' | 'keyframes';
  /** Median of arrival → picture decoded, ms, over the last frames. */
  readonly decodeAgeMs: number | null;
  /** Of the current connection: frames whose arrival could only be estimated, because their packet carried no time. */
  readonly framesWithoutArrival?: number;
}
