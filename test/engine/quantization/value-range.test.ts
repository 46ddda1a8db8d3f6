import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ValueHistogram } from '../../../src/engine/quantization/value-histogram.ts';
import { bestByteScale, byteScale, relativeError, roundedToByte } from '../../../src/engine/quantization/value-range.ts';

function counted(values: readonly number[]): ValueHistogram {
  const histogram = new ValueHistogram();
  histogram.add(Float32Array.from(values));
  return histogram;
}

it('represents 0 exactly, and every value of the range within half a step, or a whole one where the zero point was rounded', () => {
  fc.assert(
    fc.property(
      fc.double({ min: -50, max: 0, noNaN: true }),
      fc.double({ min: 0.01, max: 50, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (low, high, at) => {
        const scale = byteScale(low, high);
        expect(roundedToByte(0, scale)).toBe(0);
        const value = low + at * (high - low);
        expect(Math.abs(roundedToByte(value, scale) - value)).toBeLessThanOrEqual(scale.scale * (low === 0 ? 0.5001 : 1.0001));
      },
    ),
  );
});

it('cuts a few values off where that serves all others', () => {
  const values = Array.from({ length: 200_000 }, (_, index) => (index % 1000) / 1000);
  const many = counted([5]);
  for (let round = 0; round < 20; round++) many.add(Float32Array.from(values));
  const { scale, zeroPoint } = bestByteScale(many);
  expect(zeroPoint).toBe(0);
  expect(scale * 255).toBeGreaterThan(0.95);
  expect(scale * 255).toBeLessThan(2);
  expect(bestByteScale(counted(values)).scale * 255).toBeCloseTo(0.999, 2);
});

it('begins at 0 where nothing is below, as after a ReLU: what saturates there is cut off as it should be', () => {
  expect(bestByteScale(counted([0, 0.5, 3]))).toMatchObject({ zeroPoint: 0 });
  expect(bestByteScale(counted([-1, 3])).zeroPoint).toBeGreaterThan(32);
  expect(bestByteScale(counted([0, 0]))).toMatchObject({ zeroPoint: 0, scale: expect.closeTo(1 / 255) });
});

it('tells how much is lost, as a share', () => {
  const histogram = counted(Array.from({ length: 10_000 }, (_, index) => index / 10_000));
  const fine = relativeError(histogram, byteScale(0, 1));
  // Uniform rounding errors of a step q have a mean square of q² / 12; uniform values in 0…1 one of 1 / 3.
  expect(fine).toBeCloseTo(Math.sqrt(1 / 255 ** 2 / 12 / (1 / 3)), 4);
  expect(relativeError(histogram, byteScale(0, 2))).toBeCloseTo(2 * fine, 4);
  expect(relativeError(counted([]), byteScale(0, 1))).toBe(0);
});
