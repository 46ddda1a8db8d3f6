import { type Graph, type GraphNode, integerOf, integersOf, isStandard, textOf } from './graph.ts';
import { floatsOf } from './graph-file.ts';

/** The weights of a `Conv` whose weights are constants: `[filters, channels / group, height, width]`, filter by filter. */
export interface Kernel {
  readonly dims: readonly number[];
  readonly values: Float32Array;
  /** One value a filter; zeros where the node has no bias. */
  readonly bias: Float32Array;
  readonly filters: number;
  /** That each filter reads. */
  readonly channels: number;
  readonly area: number;
  readonly group: number;
}

/** Null when `node` is no convolution of pictures, or its weights are computed by the graph. */
export function kernelOf(node: GraphNode, { constants }: Pick<Graph, 'constants'>): Kernel | null {
  if (!isStandard(node, 'Conv')) return null;
  const [, weightsName = '', biasName = ''] = node.inputs;
  const weights = constants.get(weightsName);
  const values = weights ? floatsOf(weights) : null;
  if (weights === undefined || values === null || weights.dims.length !== 4) return null;
  const [filters = 0, channels = 0, height = 0, width = 0] = weights.dims;
  const biasConstant = constants.get(biasName);
  const bias = biasName === '' ? new Float32Array(filters) : biasConstant ? floatsOf(biasConstant) : null;
  if (bias === null) return null;
  return { dims: weights.dims, values, bias, filters, channels, area: height * width, group: integerOf(node, 'group', 1) };
}

/** Whether the convolution only mixes the channels of each pixel by itself. */
export function isPointwise(node: GraphNode, { area, group }: Kernel): boolean {
  const isOnes = (list: readonly number[]) => list.every((value) => value === 1);
  const isZeros = (list: readonly number[]) => list.every((value) => value === 0);
  return (
    area === 1 &&
    group === 1 &&
    isOnes(integersOf(node, 'strides', [])) &&
    isZeros(integersOf(node, 'pads', [])) &&
    ['NOTSET', 'VALID', ''].includes(textOf(node, 'auto_pad', 'NOTSET'))
  );
}
