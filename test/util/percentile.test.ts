import { describe, expect, it } from 'vitest';
import { quantile } from '../../src/util/percentile.ts';

describe('quantile', () => {
  it('takes the nearest rank and leaves its input alone', () => {
    const values = [5, 1, 3, 2, 4];
    expect([0, 0.5, 0.95, 1].map((q) => quantile(values, q))).toEqual([1, 3, 5, 5]);
    expect(values).toEqual([5, 1, 3, 2, 4]);
    expect(quantile([], 0.5)).toBeNaN();
  });
});
