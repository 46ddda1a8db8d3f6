import { describe, expect, it } from 'vitest';
import { type CalibrationPictures, calibrate, type TensorStatistics } from '../../../src/engine/quantization/calibration.ts';
import { convolutionCosts, firstLayers } from '../../../src/engine/quantization/float-layers.ts';
import { type Graph, outputOf } from '../../../src/engine/quantization/graph.ts';
import { writeGraph } from '../../../src/engine/quantization/graph-file.ts';
import { int8Graph, type QuantisedNumbers } from '../../../src/engine/quantization/int8-graph.ts';
import { type Plan, planQuantisation } from '../../../src/engine/quantization/plan.ts';
import { poolBehindConvolution } from '../../../src/engine/quantization/pool-order.ts';
import { numbersOf, quantise } from '../../../src/engine/quantization/quantise.ts';
import type { ByteScale } from '../../../src/engine/quantization/value-range.ts';
import { largestDifference, resultsOf } from '../../helpers/graph-results.ts';
import { NETWORK_SIZE, smallNetwork, smallPictures } from '../../helpers/small-network.ts';

const COUNT = 10;
const BYTES = NETWORK_SIZE ** 2 * 3;
const pixels = smallPictures(COUNT);
const pictures: CalibrationPictures = {
  count: COUNT,
  size: NETWORK_SIZE,
  read: (from, count) => Promise.resolve(pixels.slice(from * BYTES, (from + count) * BYTES)),
};
const OPTIONS = { threads: 1 };
const FEATURES = 'features';

/** The largest error that rounding can make in what was calibrated on, from one tensor to the next; the values at its ends come from `statistics`. */
function featureBound(plan: Plan, numbers: QuantisedNumbers, statistics: ReadonlyMap<string, TensorStatistics>): number {
  const errors = new Map<string, number>();
  const largestOf = (tensor: string) => Math.max(...(statistics.get(tensor)?.histogram.extremes() ?? []).map(Math.abs));
  /** Half a step, or how far the largest value lies outside, and a step for a rounded zero point. */
  const rounding = (tensor: string, scale: ByteScale | undefined) => {
    const { scale: step = 0, zeroPoint = 0 } = scale ?? {};
    const [low, high] = statistics.get(tensor)?.histogram.extremes() ?? [0, 0];
    return Math.max(step, high - (255 - zeroPoint) * step, -low - zeroPoint * step);
  };
  for (const node of plan.graph.nodes) {
    const unit = plan.units.find(({ convolution }) => convolution === node);
    if (unit) {
      const { name } = node;
      const { kernel, input, result, pool } = unit;
      const [rounded, bias] = [numbers.kernels.get(name), numbers.biases.get(name)];
      const inputError = errors.get(input) ?? rounding(input, numbers.scales.get(input));
      const perFilter = kernel.values.length / kernel.filters;
      let worst = 0;
      for (let filter = 0; filter < kernel.filters; filter++) {
        const scale = rounded?.scales[filter] ?? 0;
        let error = Math.abs((bias?.[filter] ?? 0) - (kernel.bias[filter] ?? 0)) + scale * (numbers.scales.get(input)?.scale ?? 0);
        for (let index = filter * perFilter; index < (filter + 1) * perFilter; index++) {
          const weight = (rounded?.values[index] ?? 0) * scale;
          error += Math.abs(weight) * inputError + Math.abs(weight - (kernel.values[index] ?? 0)) * largestOf(input);
        }
        worst = Math.max(worst, error);
      }
      if (pool !== null) worst += rounding(outputOf(node), numbers.unpooled.get(name));
      errors.set(result, worst + rounding(result, numbers.scales.get(result)));
    } else if (plan.passing.includes(node)) errors.set(outputOf(node), Math.max(...node.inputs.map((input) => errors.get(input) ?? 0)));
  }
  return errors.get('last:Relu') ?? Number.NaN;
}

async function planned(graph: Graph) {
  const plan = planQuantisation(poolBehindConvolution(graph), () => null);
  const statistics = await calibrate(plan, pictures, OPTIONS);
  return { plan, statistics, numbers: numbersOf(plan, statistics) };
}

describe('a quantised network, run by ONNX Runtime', () => {
  it.each([1, 2, 3])('stays as near to its float form as rounding allows (weights %i)', async (seed) => {
    const graph = smallNetwork({ seed });
    const { plan, statistics, numbers } = await planned(graph);
    const bound = featureBound(plan, numbers, statistics);
    const float = await resultsOf(graph, pixels, COUNT, FEATURES);
    const int8 = await resultsOf(int8Graph(plan, numbers), pixels, COUNT, FEATURES);
    const difference = largestDifference(float, int8);
    expect(difference).toBeGreaterThan(0);
    expect(difference).toBeLessThan(bound);
    // The bound adds up what never comes together; what is usual is far less.
    expect(difference).toBeLessThan(0.05 * Math.max(...float));
  });

  it('notices a wrong scale: the bound is not met by everything', async () => {
    const graph = smallNetwork();
    const { plan, statistics, numbers } = await planned(graph);
    const kernels = new Map(
      [...numbers.kernels].map(([name, kernel]) => [
        name,
        name === 'three:Conv' ? { ...kernel, scales: kernel.scales.map((scale) => scale * 3) } : kernel,
      ]),
    );
    const float = await resultsOf(graph, pixels, COUNT, FEATURES);
    const wrong = largestDifference(float, await resultsOf(int8Graph(plan, { ...numbers, kernels }), pixels, COUNT, FEATURES));
    expect(wrong).toBeGreaterThan(0.05 * Math.max(...float));
    expect(featureBound(plan, numbers, statistics)).toBeLessThan(100 * Math.max(...float));
  });

  it('computes all convolutions and poolings in bytes and goes to floats once, at the end', async () => {
    const { plan, numbers } = await planned(smallNetwork());
    const kinds = int8Graph(plan, numbers).nodes.map(({ opType }) => opType);
    const countOf = (opType: string) => kinds.filter((kind) => kind === opType).length;
    expect([countOf('QLinearConv'), countOf('Conv'), countOf('QLinearAveragePool'), countOf('AveragePool'), countOf('Relu')]).toEqual([
      6, 0, 1, 0, 0,
    ]);
    expect([countOf('QuantizeLinear'), countOf('DequantizeLinear'), countOf('MaxPool'), countOf('Concat')]).toEqual([1, 1, 2, 1]);
  });

  it('gives all that are joined or picked from one scale, and others their own', async () => {
    const { plan, numbers } = await planned(smallNetwork());
    const joined = ['joined:Concat', 'one:Relu', 'three:Relu', 'behind:Relu', 'largest:MaxPool', 'halved:MaxPool', 'second:Relu'];
    expect(new Set(joined.map((tensor) => numbers.scales.get(tensor))).size).toBe(1);
    expect(numbers.scales.get('first:Relu')).not.toEqual(numbers.scales.get('second:Relu'));
    expect(plan.groups.get('one:Relu')).toHaveLength(joined.length);
  });

  it('has the weights without error when they were stored in 8 bits before', async () => {
    const lattice = await quantise(smallNetwork({ lattice: true }), pictures, OPTIONS);
    const others = await quantise(smallNetwork(), pictures, OPTIONS);
    // Filters of 72 weights: the few of a pointwise filter need not show the step.
    const errorOf = ({ layers }: typeof lattice) => layers.find(({ name }) => name === 'three:Conv')?.weightError;
    expect(errorOf(lattice)).toBeLessThan(1e-6);
    expect(errorOf(others)).toBeGreaterThan(1e-4);
  });
});

describe('what stays in float', () => {
  it('is the first layers, as far as they are cheap, and all that is no convolution; each with its reason', async () => {
    const dear = smallNetwork({ firstFilters: 4 });
    const cheap = smallNetwork({ firstFilters: 1 });
    const costs = await convolutionCosts(cheap, NETWORK_SIZE);
    expect(costs.get('first:Conv')).toBe(12 * 12 * 27);
    expect(costs.get('last:Conv')).toBe(6 * 6 * 250);
    expect([...firstLayers(costs).keys()]).toEqual(['first:Conv']);
    expect(firstLayers(await convolutionCosts(dear, NETWORK_SIZE)).size).toBe(0);
    const { kept, layers } = await quantise(cheap, pictures, OPTIONS);
    const reasons = new Map(kept.map(({ node, reason }) => [node.name, reason]));
    expect(reasons.get('first:Conv')).toMatch(/one of the first.*9\.\d % of the multiplications/);
    expect(reasons.get('classes:Gemm')).toContain('the head');
    expect([...reasons.values()].every((reason) => reason.length > 0)).toBe(true);
    expect(layers.map(({ name }) => name)).toEqual(['second:Conv', 'one:Conv', 'three:Conv', 'behind:Conv', 'last:Conv']);
  });

  it('makes the same bytes of the same pictures', async () => {
    const once = async () => writeGraph((await quantise(smallNetwork(), pictures, OPTIONS)).graph);
    expect(Buffer.compare(await once(), await once())).toBe(0);
  });
});
