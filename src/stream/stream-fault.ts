import { type ErrorCode, FramewatchError } from '../util/errors.ts';

export interface StreamEnding {
  readonly cameraId: string;
  /** The address without credentials. */
  readonly shown: string;
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** What the child wrote on standard error at last, redacted. */
  readonly lines: readonly string[];
  /** Whether any packet came: if so, what ended was a stream, not an attempt. */
  readonly sawPackets: boolean;
}

interface Cause {
  readonly code: ErrorCode;
  readonly pattern: RegExp;
  readonly says: string;
  readonly cure: string;
}

const CAUSES: readonly Cause[] = [
  {
    code: 'CAMERA_AUTH_FAILED',
    pattern: /\b(?:failed|returned|error):? (?:40[13])\b|40[13] (?:Unauthorized|Forbidden)|Server returned 40[13]|authorization failed/i,
    says: 'refused the user name or password',
    cure: 'check username and password',
  },
  {
    code: 'CAMERA_NOT_FOUND',
    pattern: /\b(?:failed|returned|error):? 404\b|404 (?:Stream )?Not Found|Server returned 404|No such file or directory|Is a directory/i,
    says: 'has no such stream',
    cure: 'check the path of the URL',
  },
  {
    code: 'CAMERA_UNKNOWN_HOST',
    pattern: /Failed to resolve hostname|Name or service not known|Temporary failure in name resolution|No address associated/i,
    says: 'has a host name that does not resolve',
    cure: 'check the host name and the name server',
  },
  {
    code: 'CAMERA_UNREACHABLE',
    pattern: /Connection (?:refused|timed out|reset)|No route to host|(?:Network|Host) is (?:unreachable|down)|Operation timed out|Broken pipe/i,
    says: 'cannot be reached',
    cure: 'check that it is switched on and that host and port are right',
  },
  {
    code: 'CAMERA_UNSUPPORTED_STREAM',
    pattern:
      /Decoder .*not found|Decoding requested, but no decoder|Unknown decoder|unknown codec|Could not find codec parameters|Unsupported codec|matches no streams|does not contain any stream|Invalid data found when processing input|Protocol .* not on whitelist|Protocol not found/i,
    says: 'sends no video that this ffmpeg can decode',
    cure: 'set the camera to H.264 or H.265',
  },
];

/**
 * Why a child that ended by itself did so. Every exit is a failure whatever its code: ffmpeg leaves with 0 after its own timeout.
 * Once packets came, words like "refused" are about a stream that broke, and only CAMERA_EXITED is true.
 */
export function streamFault(ending: StreamEnding): FramewatchError {
  const who = `camera ${ending.cameraId} at ${ending.shown}`;
  const cause = ending.sawPackets ? undefined : CAUSES.find(({ pattern }) => ending.lines.some((line) => pattern.test(line)));
  const detail = detailOf(ending.lines, cause?.pattern);
  if (cause) return new FramewatchError(cause.code, `${who} ${cause.says}${detail}; ${cause.cure}`);
  const how = ending.signal === null ? `code ${ending.exitCode ?? 'unknown'}` : `signal ${ending.signal}`;
  const what = ending.sawPackets ? 'its stream ended' : 'it ended before the first picture';
  return new FramewatchError('CAMERA_EXITED', `${who}: ${what}, ffmpeg left with ${how}${detail}; it is started again`);
}

function detailOf(lines: readonly string[], pattern: RegExp | undefined): string {
  const line = pattern ? lines.find((one) => pattern.test(one)) : lines.at(-1);
  if (line === undefined) return '';
  return ` (${line.replace(/^(?:\[[^\]]*\]\s*)+/, '').trim()})`;
}
