import type { Stats } from '../state/messages.ts';

/** What waited for the broker in one column of time: the most of it, and the longest. */
export interface OutboxPoint {
  /** Of its end, ms since the epoch. */
  readonly atMs: number;
  readonly depth: number;
  readonly oldestSeconds: number;
}

/** Of the stats of the last minutes, oldest first, one point each `everyMs`. A peak between two points must not be lost, so it is the highest within. */
export function outboxPoints(stats: readonly Pick<Stats, 'at' | 'outbox'>[], everyMs: number): readonly OutboxPoint[] {
  const points = new Map<number, OutboxPoint>();
  for (const { at, outbox } of stats) {
    const column = Math.floor(Date.parse(at) / everyMs);
    const known = points.get(column);
    points.set(column, {
      atMs: (column + 1) * everyMs,
      depth: Math.max(outbox.depth, known?.depth ?? 0),
      oldestSeconds: Math.max(outbox.oldestSeconds, known?.oldestSeconds ?? 0),
    });
  }
  return [...points.values()];
}

/** An SVG path through points, oldest first, broken where the page saw nothing for more than `longestGapMs`. */
export function curveOf(
  points: readonly { readonly atMs: number; readonly value: number }[],
  place: { x(atMs: number): number; y(value: number): number },
  longestGapMs: number,
): string {
  let beforeMs = Number.NEGATIVE_INFINITY;
  const steps: string[] = [];
  for (const { atMs, value } of points) {
    const isJoined = atMs - beforeMs <= longestGapMs;
    steps.push(`${isJoined ? 'L' : 'M'}${place.x(atMs).toFixed(1)} ${place.y(value).toFixed(1)}`);
    // A point alone would leave no mark.
    if (!isJoined) steps.push('h0.1');
    beforeMs = atMs;
  }
  return steps.join('');
}
