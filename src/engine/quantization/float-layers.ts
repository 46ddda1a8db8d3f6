import { DATA_TYPE } from '../onnx/onnx-message.ts';
import { kernelOf } from './convolution.ts';
import { type Graph, type GraphNode, outputOf } from './graph.ts';
import { openRun } from './graph-run.ts';

/**
 * Of all multiplications, so many may stay in float at the beginning of the network: everything behind sees what is rounded there, and it has few channels for it to even out in.
 */
const FLOAT_SHARE = 0.12;

/** Multiplications for one picture, by the name of the convolution, in the order in which they run. Runs the graph once. */
export async function convolutionCosts(graph: Graph, size: number): Promise<ReadonlyMap<string, number>> {
  const convolutions = graph.nodes.flatMap((node) => {
    const kernel = kernelOf(node, graph);
    return kernel === null ? [] : [{ node, perPlace: kernel.values.length }];
  });
  const shown = convolutions.map(({ node }) => ({ name: outputOf(node), dataType: DATA_TYPE.float32 }));
  const run = await openRun(graph, size, shown, 0);
  try {
    const tensors = await run.run(new Uint8Array(size * size * 3), 1);
    return new Map(
      convolutions.map(({ node, perPlace }) => {
        const [, , height = 1, width = 1] = tensors.get(outputOf(node))?.dims ?? [];
        return [node.name, perPlace * height * width];
      }),
    );
  } finally {
    await run.close();
  }
}

/** Why a node stays in float, by its name: the first convolutions, as far as their share of all multiplications goes. Names share `costs`. */
export function firstLayers(costs: ReadonlyMap<string, number>): ReadonlyMap<string, string> {
  const total = [...costs.values()].reduce((sum, cost) => sum + cost, 0);
  const reasons = new Map<string, string>();
  let spent = 0;
  for (const [name, cost] of costs) {
    spent += cost;
    if (spent > total * FLOAT_SHARE) break;
    reasons.set(name, `one of the first: all others see its rounding (${((cost / total) * 100).toFixed(1)} % of the multiplications)`);
  }
  return reasons;
}

/** Why an operator that is no convolution stays in float, where there is more to say than that it has no form in bytes. */
const REASONS: Readonly<Record<string, string>> = {
  Cast: 'brings the bytes of the picture to what the first layer takes',
  Sub: 'normalises the picture',
  Div: 'normalises the picture',
  Mul: 'normalises the picture, or has no int8 form here',
  Transpose: 'only moves values',
  Flatten: 'only moves values',
  Reshape: 'only moves values',
  Identity: 'only gives a name',
  Gemm: 'the head: small, and its rounding would show in every probability (large weights are stored in 8 bits)',
  MatMul: 'the head: small, and its rounding would show in every probability',
  Softmax: 'gives the probabilities',
  AveragePool: 'its mean is exact in float, and the head or the features read it',
  GlobalAveragePool: 'its mean is exact in float, and the head or the features read it',
  Relu: 'stands behind a layer in float',
  MaxPool: 'stands behind a layer in float',
  Concat: 'joins what is in float',
};

export function floatReason({ opType }: GraphNode): string {
  return REASONS[opType] ?? 'has no int8 form here';
}
