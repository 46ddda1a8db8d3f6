import fc from 'fast-check';
import { expect, it } from 'vitest';
import { correctBias } from '../../../src/engine/quantization/bias-correction.ts';
import type { Kernel } from '../../../src/engine/quantization/convolution.ts';
import { roundKernel } from '../../../src/engine/quantization/weight-rounding.ts';

it('makes the mean result of rounded weights that of the weights, for every filter and group', () => {
  fc.assert(
    fc.property(fc.constantFrom(1, 2), fc.infiniteStream(fc.float({ min: -1, max: 1, noNaN: true })), (group, stream) => {
      const [filters, channels, area] = [4, 3, 2];
      const next = (): number => (stream.next().value as number | undefined) ?? 0;
      const values = Float32Array.from({ length: filters * channels * area }, next);
      const bias = Float32Array.from({ length: filters }, next);
      const mean = Float64Array.from({ length: channels * group }, next);
      const kernel: Kernel = { dims: [filters, channels, 1, area], values, bias, filters, channels, area, group };
      const rounded = roundKernel(kernel);
      const corrected = correctBias(kernel, rounded, mean);
      for (let filter = 0; filter < filters; filter++) {
        const firstChannel = filter < filters / group ? 0 : channels;
        const meanOf = (weightAt: (index: number) => number) => {
          let sum = 0;
          for (let index = 0; index < channels * area; index++)
            sum += weightAt(filter * channels * area + index) * (mean[firstChannel + Math.floor(index / area)] ?? 0);
          return sum;
        };
        const float = meanOf((index) => values[index] ?? 0) + (bias[filter] ?? 0);
        const int8 = meanOf((index) => (rounded.values[index] ?? 0) * (rounded.scales[filter] ?? 0)) + (corrected[filter] ?? 0);
        expect(int8).toBeCloseTo(float, 5);
      }
    }),
  );
});
