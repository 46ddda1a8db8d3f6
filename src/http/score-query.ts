import type { TimeSpan } from '../events/trace-extent.ts';
import { type QueryProblem, type Reader, readParameters, readTime } from './query-parameters.ts';

/** What is asked for where nothing is said. */
const USUAL_SPAN_MS = 300_000;
const LONGEST_SPAN_MS = 86_400_000;
const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['since', readTime],
  ['until', readTime],
]);

export type ParsedScoreQuery = { readonly ok: true; readonly span: TimeSpan } | { readonly ok: false; readonly problems: readonly QueryProblem[] };

/** The query string of `/api/cameras/:id/scores`. Without `until` it reaches to `nowMs`, without `since` it is five minutes long; a day at most. */
export function parseScoreQuery(parameters: URLSearchParams, nowMs: number): ParsedScoreQuery {
  const { fields, problems } = readParameters(parameters, READERS);
  if (problems.length > 0) return { ok: false, problems };
  const { since, until } = fields;
  const untilMs = typeof until === 'string' ? Date.parse(until) : nowMs;
  const sinceMs = typeof since === 'string' ? Date.parse(since) : untilMs - USUAL_SPAN_MS;
  if (sinceMs >= untilMs) return { ok: false, problems: [{ parameter: 'since', message: 'must be earlier than now, or given with an until' }] };
  if (untilMs - sinceMs > LONGEST_SPAN_MS)
    return { ok: false, problems: [{ parameter: 'since', message: 'must be at most 24 hours before until (now, when that is left out)' }] };
  return { ok: true, span: { sinceMs, untilMs } };
}
