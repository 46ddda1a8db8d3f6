import { expect, it } from 'vitest';
import { histogram } from '../../../src/dashboard/system/histogram.ts';

it('orders by size, measures against all and against the tallest, and shows sizes that never came', () => {
  expect(histogram({ '16': 10, '2': 30 }, [1, 2])).toEqual([
    { size: 1, count: 0, share: 0, height: 0 },
    { size: 2, count: 30, share: 0.75, height: 1 },
    { size: 16, count: 10, share: 0.25, height: 1 / 3 },
  ]);
});

it('is flat before the first batch', () => {
  expect(histogram({}, [4])).toEqual([{ size: 4, count: 0, share: 0, height: 0 }]);
  expect(histogram({})).toEqual([]);
});
