import type { EventQuery } from '../store/event-store.ts';

export const DEFAULT_LIMIT = 100;
export const HIGHEST_LIMIT = 1000;
const EVENT_TYPES: readonly string[] = ['start', 'update', 'end'];
const CAMERA_ID = /^[a-zA-Z0-9_-]{1,64}$/;
const LONGEST_TEXT = 128;

export interface QueryProblem {
  readonly parameter: string;
  readonly message: string;
}

export type ParsedQuery = { readonly ok: true; readonly query: EventQuery } | { readonly ok: false; readonly problems: readonly QueryProblem[] };

/** The query string of `/api/events`. Unknown, repeated and malformed parameters are problems, all named at once: a filter is never silently ignored. */
export function parseEventQuery(parameters: URLSearchParams): ParsedQuery {
  const problems: QueryProblem[] = [];
  const fields: Record<string, string | number> = {};
  for (const name of new Set(parameters.keys())) {
    const read = READERS.get(name);
    const values = parameters.getAll(name);
    const value = values[0] ?? '';
    if (!read) problems.push({ parameter: name.slice(0, 64), message: `unknown; known are ${[...READERS.keys()].join(', ')}` });
    else if (values.length > 1) problems.push({ parameter: name, message: 'given more than once' });
    else {
      const result = read(value);
      if ('problem' in result) problems.push({ parameter: name, message: result.problem });
      else fields[name] = result.value;
    }
  }
  const { since, until } = fields;
  if (typeof since === 'string' && typeof until === 'string' && since >= until) {
    problems.push({ parameter: 'until', message: 'must be later than since' });
  }
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, query: { limit: DEFAULT_LIMIT, ...fields } };
}

/** A whole number ≥ 0, as in `after`, or null. */
export function parseSequence(text: string): number | null {
  const value = Number(text);
  return /^\d{1,16}$/.test(text) && Number.isSafeInteger(value) ? value : null;
}

type Reader = (text: string) => { readonly value: string | number } | { readonly problem: string };

const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['camera', (text) => (CAMERA_ID.test(text) ? { value: text } : { problem: 'is no camera id (letters, digits, _ and -, at most 64)' })],
  ['rule', readText],
  ['label', readText],
  ['type', (text) => (EVENT_TYPES.includes(text) ? { value: text } : { problem: `must be one of ${EVENT_TYPES.join(', ')}` })],
  ['since', readTime],
  ['until', readTime],
  ['after', readAfter],
  ['limit', readLimit],
]);

function readText(text: string): ReturnType<Reader> {
  return text.length > 0 && text.length <= LONGEST_TEXT ? { value: text } : { problem: `must have 1 to ${LONGEST_TEXT} characters` };
}

/** Only forms that name one moment whatever the machine's time zone; given on in the one form that the store compares. */
function readTime(text: string): ReturnType<Reader> {
  const isMoment = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text);
  const at = isMoment && isCalendarDay(text.slice(0, 10)) ? Date.parse(text) : Number.NaN;
  const iso = Number.isNaN(at) ? '' : new Date(at).toISOString();
  // Longer: a zone moved it out of the four-digit years, and it would no longer compare as text.
  if (iso.length !== 'yyyy-mm-ddThh:mm:ss.mmmZ'.length)
    return { problem: 'is no ISO 8601 time with a zone (2026-11-22T06:11:00Z) or date (2026-11-22, UTC); write + as %2B' };
  return { value: iso };
}

/** Date.parse makes the 2nd of March of the 30th of February. */
function isCalendarDay(day: string): boolean {
  const at = Date.parse(day);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(day);
}

function readAfter(text: string): ReturnType<Reader> {
  const value = parseSequence(text);
  return value === null ? { problem: 'is no sequence number (a whole number, 0 or more)' } : { value };
}

function readLimit(text: string): ReturnType<Reader> {
  const value = parseSequence(text);
  const inside = value !== null && value >= 1 && value <= HIGHEST_LIMIT;
  return inside ? { value } : { problem: `must be a whole number from 1 to ${HIGHEST_LIMIT}` };
}
