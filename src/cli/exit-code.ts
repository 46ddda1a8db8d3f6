import { type ErrorCode, FramewatchError } from '../util/errors.ts';

/** What the process tells whoever started it; 64 and 78 are EX_USAGE and EX_CONFIG of sysexits.h. */
export const EXIT = { ok: 0, fault: 1, usage: 64, config: 78 } as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Faults that no restart cures: a person has to change something first. */
const NEEDS_A_PERSON: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'CONFIG_NOT_FOUND',
  'CONFIG_INVALID',
  'CONFIG_TOO_LARGE',
  'SECRET_UNREADABLE',
  'HTTP_INSECURE',
  'FFMPEG_NOT_FOUND',
  'FFMPEG_UNUSABLE',
  'MODEL_NOT_FOUND',
  'MODEL_INVALID',
  'MODEL_HASH_MISMATCH',
  'MODEL_UNSUPPORTED_LAYER',
  'MODEL_SELF_TEST_FAILED',
  'ENGINE_BACKEND_UNAVAILABLE',
  'ENGINE_DEVICE_UNAVAILABLE',
]);

/** 78 when a restart would only fail again, 1 when it may help. */
export function exitCodeOf(error: unknown): ExitCode {
  return error instanceof FramewatchError && NEEDS_A_PERSON.has(error.code) ? EXIT.config : EXIT.fault;
}
