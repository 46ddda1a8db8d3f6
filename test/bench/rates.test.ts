import { expect, it } from 'vitest';
import { rateLadder, rungAt } from '../../src/bench/rates.ts';

it('ends the ladder of rates at what the camera sends', () => {
  expect(rateLadder(25).slice(-3)).toEqual([15, 20, 25]);
  expect(rateLadder(7).slice(-3)).toEqual([5, 6, 7]);
  expect(rateLadder(25).every((rate, index, all) => index === 0 || (rate > (all[index - 1] ?? 0) && rate <= 1.7 * (all[index - 1] ?? 0)))).toBe(true);
});

it('finds the rung at or below a rate', () => {
  const ladder = rateLadder(25);
  expect(ladder[rungAt(ladder, 2.4) - 1]).toBe(2);
  expect(rungAt(ladder, 0)).toBe(1);
  expect(rungAt(ladder, 1e9)).toBe(ladder.length);
});
