import type { TimeSpan } from '../events/trace-extent.ts';
import { isoTime } from '../util/clock.ts';
import type { CameraCoverage } from './coverage-report.ts';
import type { CameraScores, RuleScores } from './monitor-view.ts';
import { type CoveredStretch, type GapReason, scoreGaps } from './score-gaps.ts';

/** What `/api/cameras/:id/scores` says of one rule in one region. */
export interface ScoreReport {
  readonly rule: string;
  readonly region: string;
  readonly labels: readonly string[];
  readonly enter: number;
  readonly exit: number;
  /** See ScoreCourse. */
  readonly exact: boolean;
  readonly frames: number;
  readonly shortGaps: number;
  readonly newest: { readonly at: string; readonly score: number } | null;
  /** Oldest first; `offsetsMs` from the beginning of the time that was asked for, one for each score. */
  readonly runs: readonly { readonly offsetsMs: readonly number[]; readonly scores: readonly number[] }[];
  readonly gaps: readonly { readonly since: string; readonly until: string; readonly reason: GapReason; readonly coverage: string | null }[];
}

/** `coverage`: of the camera, null when there is no record of it in this time; `nowMs`: behind it nothing can be missing. */
export function scoreReport(
  { rules, maxGapMs }: CameraScores,
  coverage: CameraCoverage | null,
  span: TimeSpan,
  nowMs: number,
): readonly ScoreReport[] {
  const facts = {
    span: { sinceMs: span.sinceMs, untilMs: Math.max(span.sinceMs, Math.min(span.untilMs, nowMs)) },
    maxGapMs,
    coverage: (coverage?.intervals ?? []).map(
      ({ state, reason, since, until }): CoveredStretch => ({
        fromMs: Date.parse(since),
        toMs: Date.parse(until),
        isBlind: state === 'blind',
        reason,
      }),
    ),
  };
  return rules.map(({ course, ...rule }) => ({
    ...rule,
    ...{ exact: course.exact, frames: course.frames, shortGaps: course.shortGaps },
    newest: course.newest && { at: isoTime(course.newest.atMs), score: course.newest.score },
    runs: course.runs.map((points) => runOf(points, span.sinceMs)),
    gaps: scoreGaps(course, facts).map(({ fromMs, toMs, reason, coverage: why }) => ({
      ...{ since: isoTime(fromMs), until: isoTime(toMs), reason, coverage: why },
    })),
  }));
}

function runOf(points: RuleScores['course']['runs'][number], sinceMs: number): ScoreReport['runs'][number] {
  return { offsetsMs: points.map(({ atMs }) => atMs - sinceMs), scores: points.map(({ score }) => score) };
}
