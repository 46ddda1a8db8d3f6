import { duration, percent } from '../ui/words.ts';
import type { ScoreLine } from './score-line.ts';

/** A place that is pointed at: what lies no further from it than `halfMs` is one place. */
export interface Cursor {
  readonly atMs: number;
  readonly halfMs: number;
}

/** What the line says at a place, for people. */
export function readingAt({ samples, gaps }: ScoreLine, { atMs, halfMs }: Cursor, longestGapMs: number): string {
  const near = samples.filter((sample) => Math.abs(sample.atMs - atMs) <= halfMs);
  if (near.length > 0) {
    const scores = near.map(({ score }) => score);
    const [lowest, highest] = [percent(Math.min(...scores)), percent(Math.max(...scores))];
    const words = lowest === highest ? highest : `between ${lowest} and ${highest}`;
    return `${time(near.length === 1 ? (near[0]?.atMs ?? atMs) : atMs)}: ${words}${near.some(({ active }) => active) ? ', active' : ''}`;
  }
  const gap = gaps.find(({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs);
  if (gap) return `${time(gap.fromMs)} to ${time(gap.toMs)} (${duration(gap.toMs - gap.fromMs)}): ${gap.words}`;
  // Pictures may be further apart than a place is wide.
  const distance = (sample: { readonly atMs: number }) => Math.abs(sample.atMs - atMs);
  const nearest = samples.reduce<(typeof samples)[number] | null>((best, one) => (best && distance(best) <= distance(one) ? best : one), null);
  if (nearest === null || distance(nearest) > longestGapMs) return `${time(atMs)}: no score`;
  return `${time(nearest.atMs)}: ${percent(nearest.score)}${nearest.active ? ', active' : ''}`;
}

/** Where a key leads; null: it is not one of ours. */
export function movedCursor(key: string, cursor: Cursor | null, { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number }): Cursor | null {
  const stepMs = (toMs - fromMs) / 100;
  const steps: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10, Home: -100, End: 100 };
  const by = steps[key];
  if (by === undefined) return null;
  const begin = cursor?.atMs ?? toMs;
  // The last place ends with the line.
  return { atMs: Math.min(toMs - stepMs / 2, Math.max(fromMs + stepMs / 2, begin + by * stepMs)), halfMs: stepMs / 2 };
}

function time(atMs: number): string {
  return new Date(atMs).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', second: '2-digit' });
}
