import type { Redactor } from '../util/redactor.ts';
import { Secret } from '../util/secret.ts';

const DEEPEST = 6;
const MOST_ENTRIES = 100;
const LONGEST_TEXT = 8 * 1024;

/**
 * A copy of anything that somebody logs, fit to be written: secrets blanked in every text and key, errors with type, code, stack and causes,
 * bounded in depth and size, no cycles, no bytes.
 */
export function logValue(value: unknown, redactor: Redactor, depth = 0): unknown {
  if (typeof value === 'string') return clip(redactor.redact(value));
  if (typeof value === 'bigint' || typeof value === 'symbol') return value.toString();
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'function') return '[function]';
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= DEEPEST) return '[deeper]';
  if (value instanceof Error) return errorValue(value, redactor, depth);
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`;
  if (value instanceof Secret) return String(value);
  if (value instanceof Date || value instanceof URL) return logValue(value.toJSON(), redactor, depth + 1);
  if (value instanceof Map || value instanceof Set) return logValue([...value], redactor, depth + 1);
  if (Array.isArray(value)) {
    const kept = value.slice(0, MOST_ENTRIES).map((entry) => logValue(entry, redactor, depth + 1));
    return kept.length < value.length ? [...kept, `[${value.length - kept.length} more]`] : kept;
  }
  const entries = Object.entries(value).slice(0, MOST_ENTRIES);
  return Object.fromEntries(entries.map(([key, entry]) => [redactor.redact(key), logValue(entry, redactor, depth + 1)]));
}

function errorValue(error: Error, redactor: Redactor, depth: number): object {
  const { code } = error as { code?: unknown };
  return {
    type: error.name,
    ...(code === undefined ? {} : { code: logValue(code, redactor, depth + 1) }),
    message: clip(redactor.redact(error.message)),
    stack: clip(redactor.redact(error.stack ?? '')),
    ...(error.cause === undefined ? {} : { cause: logValue(error.cause, redactor, depth + 1) }),
  };
}

/** After redaction, never before: half a secret is not recognised. */
function clip(text: string): string {
  return text.length <= LONGEST_TEXT ? text : `${text.slice(0, LONGEST_TEXT)}… [${text.length - LONGEST_TEXT} more characters]`;
}
