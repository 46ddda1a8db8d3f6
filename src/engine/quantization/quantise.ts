import { correctBias } from './bias-correction.ts';
import { type CalibrationOptions, type CalibrationPictures, calibrate, type TensorStatistics } from './calibration.ts';
import { convolutionCosts, firstLayers } from './float-layers.ts';
import { type Graph, outputOf } from './graph.ts';
import { int8Graph, type QuantisedNumbers } from './int8-graph.ts';
import { type LayerReport, layerReports } from './layer-report.ts';
import { type KeptNode, type Plan, planQuantisation } from './plan.ts';
import { poolBehindConvolution } from './pool-order.ts';
import { ValueHistogram } from './value-histogram.ts';
import { type ByteScale, bestByteScale } from './value-range.ts';
import { roundKernel } from './weight-rounding.ts';

export interface Quantised {
  readonly graph: Graph;
  /** In the order in which they run. */
  readonly kept: readonly KeptNode[];
  /** Of what computes in bytes. */
  readonly layers: readonly LayerReport[];
}

/**
 * A converted model whose convolutions compute in 8 bits: static scales from what the pictures show, one scale a filter. The same pictures give the same bytes.
 * Throws FramewatchError MODEL_UNSUPPORTED_LAYER when nothing in the graph can be computed so.
 */
export async function quantise(float: Graph, pictures: CalibrationPictures, options: CalibrationOptions): Promise<Quantised> {
  const graph = poolBehindConvolution(float);
  const first = firstLayers(await convolutionCosts(graph, pictures.size));
  const plan = planQuantisation(graph, ({ name }) => first.get(name) ?? null);
  const statistics = await calibrate(plan, pictures, options);
  const numbers = numbersOf(plan, statistics);
  return { graph: int8Graph(plan, numbers), kept: plan.kept, layers: layerReports(plan, numbers, statistics) };
}

/** Scales from what was counted, weights rounded, biases corrected. */
export function numbersOf(plan: Plan, statistics: ReadonlyMap<string, TensorStatistics>): QuantisedNumbers {
  const histogramOf = (tensor: string) => statistics.get(tensor)?.histogram ?? new ValueHistogram();
  const scales = new Map<string, ByteScale>();
  for (const group of new Set(plan.groups.values())) {
    const scale = bestByteScale(ValueHistogram.joined(group.map(histogramOf)));
    for (const tensor of group) scales.set(tensor, scale);
  }
  const pooled = plan.units.filter(({ pool }) => pool !== null);
  const kernels = new Map(plan.units.map(({ convolution, kernel }) => [convolution.name, roundKernel(kernel)]));
  const biases = plan.units.map(({ convolution: { name }, kernel, input }) => {
    const [rounded, found] = [kernels.get(name), statistics.get(input)];
    return [name, rounded && found ? correctBias(kernel, rounded, found.channels.mean) : kernel.bias] as const;
  });
  return {
    scales,
    unpooled: new Map(pooled.map(({ convolution }) => [convolution.name, bestByteScale(histogramOf(outputOf(convolution)))])),
    kernels,
    biases: new Map(biases),
  };
}
