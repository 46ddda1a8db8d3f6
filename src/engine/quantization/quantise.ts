import { correctBiases } from './bias-correction.ts';
import { type CalibrationOptions, type CalibrationPictures, calibrate, type TensorStatistics } from './calibration.ts';
import { type Graph, type GraphNode, outputOf } from './graph.ts';
import { int8Graph, type QuantisedNumbers } from './int8-graph.ts';
import { type Plan, planQuantisation } from './plan.ts';
import { poolBehindConvolution } from './pool-order.ts';
import { ValueHistogram } from './value-histogram.ts';
import { bestByteScale } from './value-range.ts';
import { roundKernel } from './weight-rounding.ts';

export interface QuantiseOptions extends CalibrationOptions {
  keep(node: GraphNode): string | null;
  readonly corrections: number;
}

export async function quantise(float: Graph, pictures: CalibrationPictures, options: QuantiseOptions): Promise<{ graph: Graph; plan: Plan }> {
  const plan = planQuantisation(poolBehindConvolution(float), (node) => options.keep(node));
  const statistics = await calibrate(plan, pictures, options);
  const channels = new Map([...statistics].map(([name, of]) => [name, of.channels]));
  let numbers = firstNumbers(plan, statistics);
  for (let round = 0; round < options.corrections; round++) numbers = await correctBiases(plan, numbers, channels, pictures, options);
  return { graph: int8Graph(plan, numbers), plan };
}

function firstNumbers(plan: Plan, statistics: ReadonlyMap<string, TensorStatistics>): QuantisedNumbers {
  const histogramOf = (tensor: string) => statistics.get(tensor)?.histogram ?? new ValueHistogram();
  const scales = new Map([...new Set(plan.groups.values())].flatMap((group) => {
    const scale = bestByteScale(ValueHistogram.joined(group.map(histogramOf)));
    return group.map((tensor) => [tensor, scale] as const);
  }));
  const pooled = plan.units.filter(({ pool }) => pool !== null);
  return {
    scales,
    unpooled: new Map(pooled.map(({ convolution }) => [convolution.name, bestByteScale(histogramOf(outputOf(convolution)))])),
    kernels: new Map(plan.units.map(({ convolution, kernel }) => [convolution.name, roundKernel(kernel)])),
    biases: new Map(plan.units.map(({ convolution, kernel }) => [convolution.name, kernel.bias])),
  };
}
