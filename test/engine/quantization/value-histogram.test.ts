import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ValueHistogram } from '../../../src/engine/quantization/value-histogram.ts';

const values = fc.array(fc.float({ min: -1000, max: 1000, noNaN: true }), { minLength: 1, maxLength: 60 });

function counted(...parts: readonly (readonly number[])[]): ValueHistogram {
  const histogram = new ValueHistogram();
  for (const part of parts) histogram.add(Float32Array.from(part));
  return histogram;
}

const total = ({ bins }: ValueHistogram) => bins.reduce((sum, count) => sum + count, 0);

it('counts every value but 0 once, whatever its range grows to, and knows the extremes', () => {
  fc.assert(
    fc.property(values, values, (one, other) => {
      const histogram = counted(one, other);
      const all = [...one, ...other];
      expect(total(histogram)).toBe(all.filter((value) => value !== 0).length);
      expect(histogram.extremes()).toEqual([Math.min(0, ...all), Math.max(0, ...all)]);
    }),
  );
});

it('keeps each value within two bins of its place while it grows', () => {
  fc.assert(
    fc.property(fc.float({ min: -1, max: 1, noNaN: true }), fc.float({ min: 1, max: 1e6, noNaN: true }), (small, large) => {
      fc.pre(Math.abs(small) > 1e-30);
      const histogram = counted([small], [large]);
      const at = histogram.bins.findIndex((count) => count > 0);
      expect(Math.abs((at - histogram.bins.length / 2 + 0.5) * histogram.binWidth - small)).toBeLessThanOrEqual(2 * histogram.binWidth);
    }),
    { numRuns: 25 },
  );
});

it('refuses what no range holds', () => {
  expect(() => counted([1, Number.POSITIVE_INFINITY])).toThrow(expect.objectContaining({ code: 'MODEL_INVALID' }));
});

it('joins parts of different ranges as if all had been counted in one', () => {
  const joined = ValueHistogram.joined([counted([0.001, 0.002, -0.5]), counted([300, -2])]);
  expect(total(joined)).toBe(5);
  expect(joined.extremes()).toEqual([-2, 300]);
  expect(joined.binWidth).toBe(counted([300]).binWidth);
  expect(ValueHistogram.joined([]).extremes()).toEqual([0, 0]);
});
