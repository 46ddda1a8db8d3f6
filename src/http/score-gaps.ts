import type { CoverageReason } from '../events/coverage.ts';
import type { ScoreCourse } from '../events/score-course.ts';
import type { TimeSpan } from '../events/trace-extent.ts';

/**
 * Why there is no score. `notWatched`: the record of coverage says that nothing was judged, and why. `notKept`: it says that frames were judged; their scores are gone, or were lost with a crash.
 * `notTraced`: frames were judged, and their trace does not have the rule's labels. `interrupted`: the daemon or the camera began anew, or the clock was set; no longer than frames may be apart.
 * `unknown`: the record of coverage does not say either.
 */
export type GapReason = 'notWatched' | 'notKept' | 'notTraced' | 'interrupted' | 'unknown';

/** [fromMs, toMs): no score is known, for one reason. */
export interface ScoreGap {
  readonly fromMs: number;
  readonly toMs: number;
  readonly reason: GapReason;
  /** Of `notWatched`. */
  readonly coverage: CoverageReason | null;
}

/** A stretch of the record of coverage: wall clock, ms. */
export interface CoveredStretch {
  readonly fromMs: number;
  readonly toMs: number;
  readonly isBlind: boolean;
  readonly reason: CoverageReason | null;
}

export interface GapFacts {
  /** Up to now, at most. */
  readonly span: TimeSpan;
  /** Frames that are no further apart are consecutive. */
  readonly maxGapMs: number;
  /** In order. */
  readonly coverage: readonly CoveredStretch[];
}

/**
 * Everything between the runs of a course, and before and behind them, with its reason; in order. Both records look at frames, and neither knows of less than `maxGapMs`: a shorter
 * piece of a gap goes to its neighbour.
 */
export function scoreGaps({ runs, untraced }: Pick<ScoreCourse, 'runs' | 'untraced'>, { span, maxGapMs, coverage }: GapFacts): readonly ScoreGap[] {
  const gaps: ScoreGap[] = [];
  let next = 0;
  for (const { fromMs, toMs, isInside } of holesOf(runs, span)) {
    if (toMs - fromMs <= maxGapMs) {
      // At the ends of the time the next frame may lie just outside.
      if (isInside && toMs > fromMs) gaps.push({ fromMs, toMs, reason: 'interrupted', coverage: null });
      continue;
    }
    while ((coverage[next]?.toMs ?? Number.POSITIVE_INFINITY) <= fromMs) next += 1;
    const touching: CoveredStretch[] = [];
    for (let at = next; at < coverage.length; at += 1) {
      const stretch = coverage[at];
      if (!stretch || stretch.fromMs >= toMs) break;
      touching.push(stretch);
    }
    gaps.push(...explained({ fromMs, toMs }, touching, untraced, maxGapMs));
  }
  return gaps;
}

interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
}

function holesOf(runs: ScoreCourse['runs'], { sinceMs, untilMs }: TimeSpan): readonly (Stretch & { readonly isInside: boolean })[] {
  const ends = [sinceMs, ...runs.map((run) => run.at(-1)?.atMs ?? sinceMs)];
  const begins = [...runs.map((run) => run[0]?.atMs ?? untilMs), untilMs];
  return ends.map((fromMs, index) => ({ fromMs, toMs: begins[index] ?? untilMs, isInside: index > 0 && index < runs.length }));
}

/** One hole, cut where the records change their mind. */
function explained(hole: Stretch, coverage: readonly CoveredStretch[], untraced: readonly Stretch[], maxGapMs: number): readonly ScoreGap[] {
  const own = untraced.filter((stretch) => stretch.fromMs < hole.toMs && stretch.toMs >= hole.fromMs);
  const isInside = (ms: number) => ms > hole.fromMs && ms < hole.toMs;
  const cuts = [...new Set([...coverage, ...own].flatMap(({ fromMs, toMs }) => [fromMs, toMs]).filter(isInside))].sort((a, b) => a - b);
  const edges = [hole.fromMs, ...cuts, hole.toMs];
  const pieces: ScoreGap[] = [];
  for (const [index, fromMs] of edges.slice(0, -1).entries()) {
    const toMs = edges[index + 1] ?? hole.toMs;
    const middle = (fromMs + toMs) / 2;
    const why = reasonAt(middle, coverage, own);
    const last = pieces.at(-1);
    if (last && last.reason === why.reason && last.coverage === why.coverage) pieces[pieces.length - 1] = { ...last, toMs };
    else pieces.push({ fromMs, toMs, ...why });
  }
  return stretched(hole, pieces, maxGapMs);
}

function reasonAt(atMs: number, coverage: readonly CoveredStretch[], untraced: readonly Stretch[]): Pick<ScoreGap, 'reason' | 'coverage'> {
  const holds = ({ fromMs, toMs }: Stretch) => fromMs <= atMs && atMs < toMs;
  if (untraced.some(holds)) return { reason: 'notTraced', coverage: null };
  const covered = coverage.find(holds);
  if (!covered) return { reason: 'unknown', coverage: null };
  return covered.isBlind ? { reason: 'notWatched', coverage: covered.reason } : { reason: 'notKept', coverage: null };
}

/** Without the pieces that are too short to be known; where all are, the longest that nobody looked at counts, else the longest. */
function stretched(hole: Stretch, pieces: readonly ScoreGap[], maxGapMs: number): readonly ScoreGap[] {
  const lengthOf = ({ fromMs, toMs }: ScoreGap) => toMs - fromMs;
  const longest = pieces.toSorted((a, b) => lengthOf(b) - lengthOf(a));
  const kept = pieces.filter((piece) => lengthOf(piece) > maxGapMs);
  const told = kept.length > 0 ? kept : [longest.find(({ reason }) => reason === 'notWatched') ?? longest[0]].filter((piece) => piece !== undefined);
  const gaps: ScoreGap[] = [];
  for (const piece of told) {
    const last = gaps.at(-1);
    if (last && last.reason === piece.reason && last.coverage === piece.coverage) gaps[gaps.length - 1] = { ...last, toMs: piece.toMs };
    else gaps.push({ ...piece, fromMs: last?.toMs ?? hole.fromMs });
  }
  return gaps.map((gap, index) => ({ ...gap, toMs: gaps[index + 1]?.fromMs ?? hole.toMs }));
}
