import type { Gap, StoredLine } from './score-answer.ts';
import type { ScoreSample } from './score-course.ts';

/** The scores of one rule in one region, oldest first, and when there are none. */
export interface ScoreLine {
  readonly samples: readonly ScoreSample[];
  readonly gaps: readonly Gap[];
}

/** Of these the page may know more than the daemon: a daemon that died took its newest scores with it. */
const FILLED: ReadonlySet<string> = new Set(['notKept', 'unknown']);

/**
 * What the daemon had stored and what this page watched, as one line. Up to the newest stored frame the stored ones count, since they are all there were; behind it, and where the
 * daemon has lost them, those that were watched: no frame is there twice.
 */
export function scoreLine(stored: StoredLine | null, watched: readonly ScoreSample[], longestGapMs: number): ScoreLine {
  if (stored === null) return { samples: watched, gaps: [] };
  const newestMs = stored.newestMs ?? Number.NEGATIVE_INFINITY;
  const lost = stored.gaps.filter(({ reason }) => FILLED.has(reason));
  const isMissing = (atMs: number) => atMs > newestMs || lost.some(({ fromMs, toMs }) => atMs > fromMs && atMs < toMs);
  const own = watched.filter(({ atMs }) => isMissing(atMs));
  const ownTimes = own.map(({ atMs }) => atMs);
  return {
    samples: merged(stored.samples, own, longestGapMs),
    gaps: stored.gaps.flatMap((gap) => remainder(gap, ownTimes, longestGapMs)),
  };
}

function merged(stored: readonly ScoreSample[], own: readonly ScoreSample[], longestGapMs: number): readonly ScoreSample[] {
  const kept = new Set(stored);
  const all = [...stored, ...own].sort((a, b) => a.atMs - b.atMs);
  return all.map((sample, index) => {
    const before = all[index - 1];
    if (!before || (kept.has(sample) && kept.has(before))) return sample;
    const isJoined = sample.atMs - before.atMs <= longestGapMs;
    return isJoined === sample.isJoined ? sample : { ...sample, isJoined };
  });
}

/** What is left of a gap in which the page has watched. */
function remainder(gap: Gap, watched: readonly number[], longestGapMs: number): readonly Gap[] {
  const inside = watched.filter((atMs) => atMs >= gap.fromMs && atMs < gap.toMs);
  if (inside.length === 0) return [gap];
  const edges = [gap.fromMs, ...inside, gap.toMs];
  return edges.slice(0, -1).flatMap((fromMs, index) => {
    const toMs = edges[index + 1] ?? gap.toMs;
    return toMs - fromMs > longestGapMs ? [{ ...gap, fromMs, toMs }] : [];
  });
}
