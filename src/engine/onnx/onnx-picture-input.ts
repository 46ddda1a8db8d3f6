import { inOrder, type NetworkInput, sameForAll } from '../network-source.ts';
import type { OnnxGraph } from './onnx-graph.ts';
import { DATA_TYPE } from './onnx-message.ts';

/** Names of the tensors at both ends of every graph that the onnx backend runs. */
export const ONNX_INPUT = 'pictures';
export const ONNX_PROBABILITIES = 'probabilities';
export const ONNX_FEATURES = 'features';

export type PictureInput = Pick<NetworkInput, 'layout' | 'dtype' | 'colourOrder' | 'normalisation'> & {
  /** Width and height, pixels. */
  readonly size: number;
};

/**
 * Declares the input `pictures`, uint8 `[N, size, size, 3]` RGB, N free, and puts behind it what the network wants: colour order, floats, normalisation,
 * layout. Names of tensors begin with `prefix`. Gives the one that the network is to be fed with. Uses only operators whose meaning is the same since opset 7.
 */
export function addPictureInput(graph: OnnxGraph, input: PictureInput, prefix = ''): string {
  let name = graph.input(ONNX_INPUT, ['N', input.size, input.size, 3]);
  if (input.colourOrder === 'bgr')
    name = graph.node('Gather', `${prefix}colour order`, [name, graph.integers(`${prefix}colour order/bgr`, [2, 1, 0])], { axis: 3 });
  if (input.dtype === 'float32')
    name = addNormalisation(graph, graph.node('Cast', `${prefix}input`, [name], { to: DATA_TYPE.float32 }), input, prefix);
  return input.layout === 'nchw' ? graph.node('Transpose', `${prefix}input`, [name], { perm: [0, 3, 1, 2] }) : name;
}

function addNormalisation(graph: OnnxGraph, from: string, { normalisation, colourOrder }: PictureInput, prefix: string): string {
  let name = from;
  for (const [opType, key, neutral] of [
    ['Sub', 'mean', 0],
    ['Div', 'scale', 1],
  ] as const) {
    const values = normalisation[key];
    const one = sameForAll(values);
    if (one === neutral) continue;
    const constant =
      one === null
        ? graph.floats(`${prefix}input/${key}`, [3], Float32Array.from(inOrder(values, colourOrder)))
        : graph.floats(`${prefix}input/${key}`, [], Float32Array.of(one));
    name = graph.node(opType, `${prefix}input`, [name, constant]);
  }
  return name;
}
