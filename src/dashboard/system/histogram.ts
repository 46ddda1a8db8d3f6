export interface HistogramBar {
  readonly size: number;
  readonly count: number;
  /** Of all, 0…1. */
  readonly share: number;
  /** Of the tallest, 0…1. */
  readonly height: number;
}

/** Of counts by size, ascending. `sizes`: shown although nothing is counted yet. */
export function histogram(counts: Readonly<Record<string, number>>, sizes: readonly number[] = []): readonly HistogramBar[] {
  const all = new Map<number, number>(sizes.map((size) => [size, 0]));
  for (const [size, count] of Object.entries(counts)) all.set(Number(size), count);
  const total = [...all.values()].reduce((sum, count) => sum + count, 0);
  const tallest = Math.max(...all.values(), 0);
  return [...all]
    .sort(([a], [b]) => a - b)
    .map(([size, count]) => ({ size, count, share: total === 0 ? 0 : count / total, height: tallest === 0 ? 0 : count / tallest }));
}
