import { describe, expect, it } from 'vitest';
import type { Percentiles, Stats } from '../../../src/dashboard/state/messages.ts';
import { latencyColumns, roundedUp } from '../../../src/dashboard/system/latency-course.ts';

const p = (p50: number | null, p95 = p50): Percentiles => ({ p50, p95, p99: p95 });
const stats = (second: number, total: Percentiles, queue: number | null = 20) =>
  ({
    at: new Date(second * 1_000).toISOString(),
    latencyMs: total,
    stagesMs: { queue: p(queue), preprocess: p(5), inference: p(60), commit: p(null), puback: p(null) },
  }) as Stats;

describe('latencyColumns', () => {
  it('has one column each five seconds, the newest of them, and the rest of the median as other', () => {
    const columns = latencyColumns([stats(1, p(100)), stats(4, p(110, 200)), stats(5, p(90))], 5_000);
    expect(columns).toEqual([
      { atMs: 5_000, stages: { other: 25, queue: 20, preprocess: 5, inference: 60 }, p95: 200 },
      { atMs: 10_000, stages: { other: 5, queue: 20, preprocess: 5, inference: 60 }, p95: 90 },
    ]);
  });

  it('leaves out times in which nothing was judged, and is never below zero', () => {
    expect(latencyColumns([stats(1, p(null))], 5_000)).toEqual([]);
    expect(latencyColumns([stats(1, p(10), null)], 5_000)[0]?.stages).toMatchObject({ other: 0, queue: 0 });
  });
});

it.each([
  [0, 1],
  [0.3, 0.3],
  [1, 1],
  [1.1, 1.5],
  [2.5, 3],
  [51, 60],
  [81, 100],
  [730, 800],
])('rounds %d up to %d', (value, round) => {
  expect(roundedUp(value)).toBeCloseTo(round);
});
