import type { EventQuery } from '../store/event-store.ts';
import { type QueryProblem, type Reader, readCameraId, readParameters, readTime } from './query-parameters.ts';

export const DEFAULT_LIMIT = 100;
export const HIGHEST_LIMIT = 1000;
const EVENT_TYPES: readonly string[] = ['start', 'update', 'end'];
const LONGEST_TEXT = 128;

export type ParsedQuery = { readonly ok: true; readonly query: EventQuery } | { readonly ok: false; readonly problems: readonly QueryProblem[] };

/** The query string of `/api/events`. */
export function parseEventQuery(parameters: URLSearchParams): ParsedQuery {
  const { fields, problems: found } = readParameters(parameters, READERS);
  const isBoth = fields['per'] !== undefined && fields['type'] !== undefined;
  const problems = isBoth ? [...found, { parameter: 'type', message: 'has no place beside per=event' }] : found;
  return problems.length > 0 ? { ok: false, problems } : { ok: true, query: { limit: DEFAULT_LIMIT, ...fields } };
}

/** A whole number ≥ 0, as in `after`, or null. */
export function parseSequence(text: string): number | null {
  const value = Number(text);
  return /^\d{1,16}$/.test(text) && Number.isSafeInteger(value) ? value : null;
}

const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['camera', readCameraId],
  ['rule', readText],
  ['label', readText],
  ['type', (text) => (EVENT_TYPES.includes(text) ? { value: text } : { problem: `must be one of ${EVENT_TYPES.join(', ')}` })],
  ['since', readTime],
  ['until', readTime],
  ['after', readSequence],
  ['before', readSequence],
  ['per', (text) => (text === 'event' ? { value: text } : { problem: 'must be event' })],
  ['limit', readLimit],
]);

function readText(text: string): ReturnType<Reader> {
  return text.length > 0 && text.length <= LONGEST_TEXT ? { value: text } : { problem: `must have 1 to ${LONGEST_TEXT} characters` };
}

function readSequence(text: string): ReturnType<Reader> {
  const value = parseSequence(text);
  return value === null ? { problem: 'is no sequence number (a whole number, 0 or more)' } : { value };
}

function readLimit(text: string): ReturnType<Reader> {
  const value = parseSequence(text);
  const inside = value !== null && value >= 1 && value <= HIGHEST_LIMIT;
  return inside ? { value } : { problem: `must be a whole number from 1 to ${HIGHEST_LIMIT}` };
}
