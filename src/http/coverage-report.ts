import type { CoverageChange, CoverageReason, CoverageState } from '../events/coverage.ts';
import { isoTime } from '../util/clock.ts';

/** What `/api/coverage` says of one camera. */
export interface CameraCoverage {
  readonly camera: string;
  /** Together exactly the time that was asked for. `unknown`: before the camera's record, after its end, and what has not come yet. */
  readonly totalsMs: Readonly<Record<CoverageState | 'unknown', number>>;
  /** `reduced` and `blind` by their reasons. */
  readonly reasonsMs: Readonly<Record<string, number>>;
  readonly intervals: readonly CoverageInterval[];
}

/** [since, until): each begins where the one before it ends, unless the record itself has a gap there. */
export interface CoverageInterval {
  readonly state: CoverageState;
  readonly reason: CoverageReason | null;
  readonly since: string;
  readonly until: string;
  readonly durationMs: number;
}

export interface CoverageWindow {
  readonly sinceMs: number;
  readonly untilMs: number;
  /** The record goes up to here. */
  readonly nowMs: number;
}

/** The cameras whose record touches the window. `changes`: by camera, oldest first, as CoverageStore gives them. All times on the record's clock. */
export function coverageReport(changes: readonly CoverageChange[], window: CoverageWindow): readonly CameraCoverage[] {
  const cameras = new Map<string, CoverageChange[]>();
  for (const change of changes) {
    const own = cameras.get(change.camera);
    if (own) own.push(change);
    else cameras.set(change.camera, [change]);
  }
  return [...cameras].map(([camera, own]) => reportOf(camera, spansOf(own, window), window)).filter(({ intervals }) => intervals.length > 0);
}

interface Span {
  readonly state: CoverageState;
  readonly reason: CoverageReason | null;
  readonly since: number;
  until: number;
}

/** Within the window; neighbours that say the same are one. */
function spansOf(changes: readonly CoverageChange[], { sinceMs, untilMs, nowMs }: CoverageWindow): readonly Span[] {
  const spans: Span[] = [];
  const end = Math.min(untilMs, nowMs);
  changes.forEach((change, index) => {
    const since = Math.max(sinceMs, change.since);
    const until = Math.min(end, changes[index + 1]?.since ?? end);
    if (change.state === null || since >= until) return;
    const { state, reason } = change;
    const last = spans.at(-1);
    if (last?.until === since && last.state === state && last.reason === reason) last.until = until;
    else spans.push({ state, reason, since, until });
  });
  return spans;
}

function reportOf(camera: string, spans: readonly Span[], { sinceMs, untilMs }: CoverageWindow): CameraCoverage {
  const totalsMs = { watching: 0, reduced: 0, blind: 0, unknown: untilMs - sinceMs };
  const reasonsMs: Record<string, number> = {};
  for (const { state, reason, since, until } of spans) {
    totalsMs[state] += until - since;
    totalsMs.unknown -= until - since;
    if (reason !== null) reasonsMs[reason] = (reasonsMs[reason] ?? 0) + until - since;
  }
  return {
    ...{ camera, totalsMs, reasonsMs },
    intervals: spans.map(({ state, reason, since, until }) => ({
      ...{ state, reason, since: isoTime(since), until: isoTime(until), durationMs: until - since },
    })),
  };
}
