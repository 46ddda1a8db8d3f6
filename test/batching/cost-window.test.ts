import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CostWindow } from '../../src/batching/cost-window.ts';
import { quantile } from '../../src/util/percentile.ts';

describe('CostWindow', () => {
  it('gives the quantiles of the last 48 values', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 5, max: 15, noNaN: true }), { minLength: 60, maxLength: 120 }), (values) => {
        const window = new CostWindow(10);
        for (const value of values) window.observe(value);
        for (const share of [0.1, 0.5, 0.95, 1]) expect(window.quantile(share)).toBe(quantile(values.slice(-48), share));
      }),
    );
  });

  it('ignores what is not a positive duration', () => {
    const window = new CostWindow(10);
    for (const value of [0, -5, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) for (let i = 0; i < 50; i++) window.observe(value);
    expect(window.quantile(0.05)).toBe(10);
    expect(window.quantile(0.95)).toBe(10);
  });

  it('keeps its 95th percentile through a single outlier, from the first measurement on', () => {
    const window = new CostWindow(10);
    window.observe(1_000);
    expect(window.quantile(0.95)).toBe(10);
    expect(window.quantile(1)).toBe(100);
  });
});
