import { expect, it } from 'vitest';
import { curveOf, outboxPoints } from '../../../src/dashboard/system/outbox-course.ts';

const at = (second: number, depth: number, oldestSeconds = depth / 10) => ({
  at: new Date(second * 1_000).toISOString(),
  outbox: { depth, oldestSeconds },
});

it('has one point each five seconds, of the most and the longest within it', () => {
  expect(outboxPoints([at(0, 3), at(1, 40, 9), at(4, 7, 12), at(5, 0)], 5_000)).toEqual([
    { atMs: 5_000, depth: 40, oldestSeconds: 12 },
    { atMs: 10_000, depth: 0, oldestSeconds: 0 },
  ]);
  expect(outboxPoints([], 5_000)).toEqual([]);
});

it('draws a line through them, broken where nothing was seen', () => {
  const place = { x: (atMs: number) => atMs / 1_000, y: (value: number) => 10 - value };
  const points = [5_000, 10_000, 30_000].map((atMs, value) => ({ atMs, value }));
  expect(curveOf(points, place, 5_000)).toBe('M5.0 10.0h0.1L10.0 9.0M30.0 8.0h0.1');
});
