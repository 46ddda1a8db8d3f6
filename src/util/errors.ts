/**
 * The closed list of error codes. Each is documented in docs/errors.md (a test compares the two).
 * A code is what an operator searches for; the message says what happened, where, and what to do.
 */
export const ERROR_CODES = [
  'CONFIG_NOT_FOUND',
  'CONFIG_INVALID',
  'CONFIG_TOO_LARGE',
  'SECRET_UNREADABLE',
  'FFMPEG_NOT_FOUND',
  'FFMPEG_UNUSABLE',
  'CAMERA_AUTH_FAILED',
  'CAMERA_UNREACHABLE',
  'CAMERA_NOT_FOUND',
  'CAMERA_UNKNOWN_HOST',
  'CAMERA_UNSUPPORTED_STREAM',
  'CAMERA_STALLED',
  'CAMERA_EXITED',
  'MODEL_NOT_FOUND',
  'MODEL_INVALID',
  'MODEL_HASH_MISMATCH',
  'MODEL_UNSUPPORTED_LAYER',
  'MODEL_SELF_TEST_FAILED',
  'MODEL_DOWNLOAD_FAILED',
  'ENGINE_BACKEND_UNAVAILABLE',
  'ENGINE_DEVICE_UNAVAILABLE',
  'ENGINE_START_FAILED',
  'ENGINE_DIED',
  'ENGINE_TIMEOUT',
  'ENGINE_OUT_OF_MEMORY',
  'ENGINE_PROTOCOL',
  'ENGINE_INFERENCE_FAILED',
  'BOUND_INFEASIBLE',
  'STORE_UNAVAILABLE',
  'STORE_LOCKED',
  'STORE_CORRUPT',
  'MQTT_UNREACHABLE',
  'MQTT_REFUSED',
  'FEED_UNREACHABLE',
  'LIVE_FULL',
  'LIVE_TRANSCODER_FAILED',
  'HTTP_PORT_IN_USE',
  'HTTP_ADDRESS_UNAVAILABLE',
  'HTTP_INSECURE',
  'BROKER_PORT_IN_USE',
  'RTSP_PORT_IN_USE',
  'RECORDING_UNREADABLE',
  'RECORDING_NO_VIDEO',
  'RECORDING_DAMAGED',
  'OUTPUT_UNWRITABLE',
  'TRACE_INVALID',
  'TRACE_UNWRITABLE',
  'SHUTDOWN_TIMEOUT',
  'INTERNAL',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** A fault, as opposed to an expected outcome (those are values). `message` never holds a secret. */
export class FramewatchError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'FramewatchError';
    this.code = code;
  }
}

export function hasCode(error: unknown, code: ErrorCode): error is FramewatchError {
  return error instanceof FramewatchError && error.code === code;
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
