import type { Stats } from '../state/messages.ts';

export const STAGES = ['other', 'queue', 'preprocess', 'inference'] as const;
export type Stage = (typeof STAGES)[number];

const ROUND: readonly number[] = [1, 1.5, 2, 3, 4, 5, 6, 8];

/** One bar: what a verdict took at that time, ms. */
export interface LatencyColumn {
  /** Of its end, ms since the epoch. */
  readonly atMs: number;
  /** Medians. `other`: the rest of the median in all, which is decoding and deciding. */
  readonly stages: Readonly<Record<Stage, number>>;
  readonly p95: number;
}

/** Of the stats of the last minutes, oldest first, one column each `everyMs`: the newest within it. Those in which nothing was judged are left out. */
export function latencyColumns(stats: readonly Stats[], everyMs: number): readonly LatencyColumn[] {
  const columns = new Map<number, LatencyColumn>();
  for (const each of stats) {
    const column = columnOf(each);
    if (column) columns.set(Math.floor(column.atMs / everyMs), { ...column, atMs: (Math.floor(column.atMs / everyMs) + 1) * everyMs });
  }
  return [...columns.values()];
}

function columnOf({ at, latencyMs, stagesMs }: Stats): LatencyColumn | null {
  if (latencyMs.p50 === null || latencyMs.p95 === null) return null;
  const [queue, preprocess, inference] = [stagesMs.queue.p50 ?? 0, stagesMs.preprocess.p50 ?? 0, stagesMs.inference.p50 ?? 0];
  // Medians do not add up exactly.
  const other = Math.max(0, latencyMs.p50 - queue - preprocess - inference);
  return { atMs: Date.parse(at), stages: { other, queue, preprocess, inference }, p95: latencyMs.p95 };
}

/** The next round number at or above. 1 for nothing. */
export function roundedUp(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return (ROUND.find((step) => step * power >= value) ?? 10) * power;
}
