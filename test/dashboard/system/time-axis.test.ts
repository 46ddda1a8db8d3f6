import { expect, it } from 'vitest';
import { COLUMNS, columnEndMs, columnX, EVERY_MS } from '../../../src/dashboard/system/time-axis.ts';

it('puts the newest column at the right edge, and five minutes in all', () => {
  const endMs = columnEndMs(1_234_567);
  expect([endMs, columnEndMs(endMs)]).toEqual([1_235_000, 1_240_000]);
  expect(columnX(endMs, endMs, 600)).toBe(600 - 600 / COLUMNS);
  expect(columnX(endMs - (COLUMNS - 1) * EVERY_MS, endMs, 600)).toBeCloseTo(0);
});
