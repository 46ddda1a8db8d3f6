import type { Kernel } from './convolution.ts';
import type { RoundedKernel } from './weight-rounding.ts';

/**
 * Biases that take back what rounded weights move on average: the sum of each weight's error times the mean of the channel that it multiplies (Nagel et al. 2019, "Data-free
 * quantization through weight equalization and bias correction", 4.2, with means that are counted). Padding is not told apart from picture. `mean`: of each channel of the input.
 */
export function correctBias(kernel: Kernel, rounded: RoundedKernel, mean: Float64Array): Float32Array {
  const { filters, channels, area, group, values, bias } = kernel;
  return Float32Array.from({ length: filters }, (_, filter) => {
    const firstChannel = Math.floor(filter / (filters / group)) * channels;
    const scale = rounded.scales[filter] ?? 0;
    let moved = 0;
    for (let channel = 0; channel < channels; channel++) {
      const start = (filter * channels + channel) * area;
      let error = 0;
      for (let tap = start; tap < start + area; tap++) error += (rounded.values[tap] ?? 0) * scale - (values[tap] ?? 0);
      moved += error * (mean[firstChannel + channel] ?? 0);
    }
    return (bias[filter] ?? 0) - moved;
  });
}
