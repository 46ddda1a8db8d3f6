import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LARGEST_WEIGHT, latticeStep, roundKernel, roundWeight } from '../../../src/engine/quantization/weight-rounding.ts';

const weights = fc.array(fc.float({ min: -2, max: 2, noNaN: true }), { minLength: 4, maxLength: 40 });

describe('roundKernel', () => {
  it('stays within −127…127 and is never worse than the plain scale that holds the largest weight', () => {
    fc.assert(
      fc.property(weights, (list) => {
        const values = Float32Array.from(list);
        const { values: rounded, scales } = roundKernel({ values, filters: 1 });
        const scale = scales[0] ?? 0;
        const largest = Math.max(...values.map(Math.abs));
        const errorWith = (step: number) => values.reduce((sum, weight) => sum + (weight - roundWeight(weight, step) * step) ** 2, 0);
        expect(scale).toBeGreaterThan(0);
        expect(rounded.every((value) => Math.abs(value) <= LARGEST_WEIGHT)).toBe(true);
        const error = values.reduce((sum, weight, index) => sum + (weight - (rounded[index] ?? 0) * scale) ** 2, 0);
        if (largest > 0) expect(error).toBeLessThanOrEqual(errorWith(Math.fround(largest / LARGEST_WEIGHT)) + 1e-12);
      }),
    );
  });

  it('gives each filter a scale of its own', () => {
    const { values, scales } = roundKernel({ values: Float32Array.of(0.01, -0.02, 1, 2), filters: 2 });
    expect((scales[1] ?? 0) / (scales[0] ?? 1)).toBeCloseTo(100, 0);
    expect([...values].map(Math.sign)).toEqual([1, -1, 1, 1]);
  });

  it('loses nothing of weights that were stored in 8 bits before', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -127, max: 127 }), { minLength: 20, maxLength: 60 }),
        fc.double({ min: 1e-4, max: 0.1, noNaN: true }),
        (steps, step) => {
          // One of them tells the step; in a filter of thousands there is one.
          const values = Float32Array.from([...steps, 1], (count) => count * step);
          const { values: rounded, scales } = roundKernel({ values, filters: 1 });
          for (const [index, weight] of values.entries())
            expect(Math.abs((rounded[index] ?? 0) * (scales[0] ?? 0) - weight)).toBeLessThan(1e-6 * step * 127 + 1e-9);
        },
      ),
    );
  });

  it('takes a filter of zeros', () => {
    expect(roundKernel({ values: new Float32Array(8), filters: 2 })).toEqual({ values: new Int8Array(8), scales: Float32Array.of(1, 1) });
  });
});

describe('latticeStep', () => {
  it('finds a step that no weight shows by itself', () => {
    expect(latticeStep(Float32Array.of(0.2, -0.3, 0.5, 2.1), 2.1)).toBeCloseTo(0.1);
  });

  it('finds none in weights of any value, and none so fine that 8 bits do not hold it', () => {
    expect(latticeStep(Float32Array.of(0.1234, 0.5271, -0.91, 1.7311), 1.7311)).toBeNull();
    expect(latticeStep(Float32Array.of(0.001, 1), 1)).toBeNull();
  });
});
