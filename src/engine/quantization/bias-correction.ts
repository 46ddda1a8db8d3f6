import { DATA_TYPE } from '../onnx-message.ts';
import { type CalibrationOptions, type CalibrationPictures, type ChannelStatistics, channelStatistics } from './calibration.ts';
import type { Kernel } from './convolution.ts';
import { bytesOf, int8Graph, type QuantisedNumbers } from './int8-graph.ts';
import type { Plan } from './plan.ts';
import type { RoundedKernel } from './weight-rounding.ts';

/**
 * Biases that take back what rounding moves on average: each filter is given back the difference between the mean of its float result and that of its rounded weights on
 * the rounded values that really arrive (Nagel et al. 2019, "Data-free quantization", 4.2, with means that are counted). Padding is not told apart from picture.
 */
export async function correctBiases(
  plan: Plan,
  numbers: QuantisedNumbers,
  floatMeans: ReadonlyMap<string, ChannelStatistics>,
  pictures: CalibrationPictures,
  options: CalibrationOptions,
): Promise<QuantisedNumbers> {
  const inputs = [...new Set(plan.units.map(({ input }) => input))];
  const tensors = inputs.map((name) => ({ name: bytesOf(name), dataType: DATA_TYPE.uint8, scale: numbers.scales.get(name) ?? null }));
  const means = await channelStatistics(int8Graph(plan, numbers), tensors, pictures, options);
  const biases = new Map(
    plan.units.map(({ convolution: { name }, kernel, input }) => {
      const [float, rounded, weights] = [floatMeans.get(input), means.get(bytesOf(input)), numbers.kernels.get(name)];
      if (!float || !rounded || !weights) throw new RangeError(`no means for ${name}`);
      return [name, correctedBias(kernel, weights, float.mean, rounded.mean)];
    }),
  );
  return { ...numbers, biases };
}

export function correctedBias(kernel: Kernel, rounded: RoundedKernel, floatMean: Float64Array, roundedMean: Float64Array): Float32Array {
  const { filters, channels, area, group, values, bias } = kernel;
  return Float32Array.from({ length: filters }, (_, filter) => {
    const firstChannel = Math.floor(filter / (filters / group)) * channels;
    const scale = rounded.scales[filter] ?? 0;
    let moved = 0;
    for (let channel = 0; channel < channels; channel++) {
      const [float = 0, byte = 0] = [floatMean[firstChannel + channel], roundedMean[firstChannel + channel]];
      const start = (filter * channels + channel) * area;
      for (let tap = start; tap < start + area; tap++) moved += (rounded.values[tap] ?? 0) * scale * byte - (values[tap] ?? 0) * float;
    }
    return (bias[filter] ?? 0) - moved;
  });
}
