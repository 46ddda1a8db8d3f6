import type { CoverageQuery } from '../store/coverage-store.ts';
import { type QueryProblem, type Reader, readCameraId, readParameters, readTime } from './query-parameters.ts';

const DAY_MS = 86_400_000;
const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['camera', readCameraId],
  ['since', readTime],
  ['until', readTime],
]);

export type ParsedCoverageQuery =
  | { readonly ok: true; readonly query: CoverageQuery }
  | { readonly ok: false; readonly problems: readonly QueryProblem[] };

/** The query string of `/api/coverage`. Without `until` it reaches to `nowMs`, without `since` it is a day long. */
export function parseCoverageQuery(parameters: URLSearchParams, nowMs: number): ParsedCoverageQuery {
  const { fields, problems } = readParameters(parameters, READERS);
  if (problems.length > 0) return { ok: false, problems };
  const { camera, since, until } = fields;
  const untilMs = typeof until === 'string' ? Date.parse(until) : nowMs;
  const sinceMs = typeof since === 'string' ? Date.parse(since) : untilMs - DAY_MS;
  if (sinceMs >= untilMs) return { ok: false, problems: [{ parameter: 'since', message: 'must be earlier than now, or given with an until' }] };
  return { ok: true, query: { sinceMs, untilMs, ...(typeof camera === 'string' ? { camera } : {}) } };
}
