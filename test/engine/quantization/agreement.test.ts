import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agreementOf, criteriaOf } from '../../../src/engine/quantization/agreement.ts';

const rows = fc.array(fc.array(fc.float({ min: 0, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 }), { minLength: 1, maxLength: 30 });

describe('agreementOf', () => {
  it('finds no difference between a network and itself', () => {
    fc.assert(
      fc.property(rows, (list) => {
        const results = Float32Array.from(list.flat());
        expect(agreementOf(results, results, 3)).toMatchObject({
          sameTop: 1,
          meanDifference: 0,
          p99Difference: 0,
          crossings: 0,
          picturesWithCrossing: 0,
        });
      }),
    );
  });

  it('counts what the criteria say', () => {
    const float = Float32Array.of(0.7, 0.3, 0.52, 0.48, 0.85, 0.15, 0.1, 0.9);
    const int8 = Float32Array.of(0.4, 0.6, 0.48, 0.52, 0.79, 0.21, 0.1, 0.9);
    const found = agreementOf(float, int8, 2);
    expect(found).toMatchObject({ pictures: 4, clear: 3, picturesWithCrossing: 0.75 });
    expect(found.sameTop).toBeCloseTo(2 / 3);
    expect(found.meanDifference).toBeCloseTo((0.6 + 0.08 + 0.12) / 8);
    expect(found.p99Difference).toBeCloseTo(0.3);
    // Two at 0.5 in the first picture, two in the second, one at 0.8 in the third; 4 pictures × 2 labels × 2 thresholds.
    expect(found.crossings).toBeCloseTo(5 / 16);
    expect(criteriaOf(found).map(({ met }) => met)).toEqual([false, false, false, false]);
  });

  it('takes a result that is no number for a fault', () => {
    const found = agreementOf(Float32Array.of(0.9, 0.1), Float32Array.of(Number.NaN, Number.NaN), 2);
    expect(criteriaOf(found).every(({ met }) => !met)).toBe(true);
  });
});

it('meets all criteria exactly at their limits', () => {
  const limit = { pictures: 100, clear: 100, sameTop: 0.99, meanDifference: 0.02, p99Difference: 0.1, crossings: 0.01, picturesWithCrossing: 0.1 };
  expect(criteriaOf(limit).every(({ met }) => met)).toBe(true);
});
