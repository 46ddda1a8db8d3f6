import type { Attributes, OnnxGraph } from '../onnx/onnx-graph.ts';
import { type GraphTensor, type LayerContext, onlyInput, requireWeight, unsupported } from './layer-conversion.ts';

/** Puts an activation behind the tensor `x`; names of what is added begin with `name`. Gives the result's name. */
type Activation = (graph: OnnxGraph, name: string, x: string) => string;

const operator =
  (opType: string, attributes: Attributes = {}): Activation =>
  (graph, name, x) =>
    graph.node(opType, name, [x], attributes);

/** `x × gate(x)`. */
const gated =
  (gate: Activation): Activation =>
  (graph, name, x) =>
    graph.node('Mul', name, [x, gate(graph, `${name}/gate`, x)]);

/** Keras activations, by the names in its files. Softmax runs over channels: axis 1 in NCHW as well as in a vector. */
const ACTIVATIONS: Readonly<Record<string, Activation>> = {
  linear: (_graph, _name, x) => x,
  relu: operator('Relu'),
  relu6: (graph, name, x) => clip(graph, name, x, 0, 6),
  sigmoid: operator('Sigmoid'),
  // As Keras 2 and TensorFlow.js have it: 0.2 x + 0.5, cut to 0…1.
  hard_sigmoid: operator('HardSigmoid', { alpha: { float: 0.2 }, beta: { float: 0.5 } }),
  tanh: operator('Tanh'),
  elu: operator('Elu', { alpha: { float: 1 } }),
  selu: operator('Selu'),
  softplus: operator('Softplus'),
  softsign: operator('Softsign'),
  softmax: operator('Softmax', { axis: 1 }),
  swish: gated(operator('Sigmoid')),
  silu: gated(operator('Sigmoid')),
  mish: gated((graph, name, x) => graph.node('Tanh', name, [graph.node('Softplus', name, [x])])),
};

/** Adds the activation `name` behind a tensor; `linear` adds nothing. */
export function activate(context: LayerContext, tensor: GraphTensor, name: string): GraphTensor {
  const activation = ACTIVATIONS[name];
  if (activation === undefined) return unsupported(context.layer, `activation ${name}; known are ${Object.keys(ACTIVATIONS).join(', ')}`);
  return { ...tensor, name: activation(context.graph, context.layer.name, tensor.name) };
}

export function convertActivation(context: LayerContext): GraphTensor {
  return activate(context, onlyInput(context), context.layer.config.text('activation'));
}

/** The layer form of relu, with or without a cap; a slope or a threshold would be another function. */
export function convertRelu(context: LayerContext): GraphTensor {
  const { graph, layer } = context;
  const input = onlyInput(context);
  const { config } = layer;
  if (config.number('negative_slope', 0) !== 0 || config.number('threshold', 0) !== 0)
    return unsupported(layer, 'slope and threshold are not supported');
  const most = config.raw('max_value');
  return typeof most === 'number' ? { ...input, name: clip(graph, layer.name, input.name, 0, most) } : activate(context, input, 'relu');
}

/** Keras calls the slope `alpha`, Keras 3 `negative_slope`. */
export function convertLeakyRelu(context: LayerContext): GraphTensor {
  const { graph, layer } = context;
  const input = onlyInput(context);
  const alpha = layer.config.number('alpha', layer.config.number('negative_slope', 0.3));
  return { ...input, name: graph.node('LeakyRelu', layer.name, [input.name], { alpha: { float: alpha } }) };
}

export function convertElu(context: LayerContext): GraphTensor {
  const { graph, layer } = context;
  const input = onlyInput(context);
  return { ...input, name: graph.node('Elu', layer.name, [input.name], { alpha: { float: layer.config.number('alpha', 1) } }) };
}

/** A slope for each channel, or for each place of a vector. */
export function convertPrelu(context: LayerContext): GraphTensor {
  const { graph, layer } = context;
  const input = onlyInput(context);
  const { shape, values } = requireWeight(context, 'alpha');
  const extent = input.kind === 'picture' ? input.channels : input.length;
  if (values.length !== extent || shape.at(-1) !== extent)
    return unsupported(layer, 'slopes that differ from place to place; share them over height and width (shared_axes: [1, 2])');
  const dims = input.kind === 'picture' ? [extent, 1, 1] : [extent];
  return { ...input, name: graph.node('PRelu', layer.name, [input.name, graph.floats(`${layer.name}/alpha`, dims, values)]) };
}

export function convertSoftmax(context: LayerContext): GraphTensor {
  const input = onlyInput(context);
  const axis = context.layer.config.number('axis', -1);
  const last = input.kind === 'vector' ? 1 : 3;
  return axis === -1 || axis === last ? activate(context, input, 'softmax') : unsupported(context.layer, `axis ${axis}; only the last is supported`);
}

function clip(graph: OnnxGraph, name: string, x: string, least: number, most: number): string {
  const bound = (which: string, value: number) => graph.floats(`${name}/${which}`, [], Float32Array.of(value));
  return graph.node('Clip', name, [x, bound('least', least), bound('most', most)]);
}
