import { type GraphTensor, type LayerContext, onlyInput, unsupported } from './layer-conversion.ts';
import type { Attributes } from './onnx-graph.ts';

/** Keras activations and the ONNX operator of each. Softmax runs over channels: axis 1 in NCHW as well as in a vector. */
const OPERATORS: Readonly<Record<string, readonly [opType: string, attributes: Attributes]>> = {
  relu: ['Relu', {}],
  sigmoid: ['Sigmoid', {}],
  tanh: ['Tanh', {}],
  elu: ['Elu', { alpha: { float: 1 } }],
  softplus: ['Softplus', {}],
  softmax: ['Softmax', { axis: 1 }],
};

/** Adds the activation `name` behind a tensor; `linear` adds nothing. */
export function activate(context: LayerContext, tensor: GraphTensor, name: string): GraphTensor {
  if (name === 'linear') return tensor;
  const operator = OPERATORS[name];
  if (operator === undefined) return unsupported(context.layer, `activation ${name}; known are linear, ${Object.keys(OPERATORS).join(', ')}`);
  return { ...tensor, name: context.graph.node(operator[0], context.layer.name, [tensor.name], operator[1]) };
}

export function convertActivation(context: LayerContext): GraphTensor {
  return activate(context, onlyInput(context), context.layer.config.text('activation'));
}

/** The layer form of relu; a cap or a slope would be another function. */
export function convertRelu(context: LayerContext): GraphTensor {
  const { config } = context.layer;
  if (typeof config.raw('max_value') === 'number') return unsupported(context.layer, 'max_value is not supported');
  if (config.number('negative_slope', 0) !== 0 || config.number('threshold', 0) !== 0)
    return unsupported(context.layer, 'slope and threshold are not supported');
  return activate(context, onlyInput(context), 'relu');
}

export function convertSoftmax(context: LayerContext): GraphTensor {
  const input = onlyInput(context);
  const axis = context.layer.config.number('axis', -1);
  const last = input.kind === 'vector' ? 1 : 3;
  return axis === -1 || axis === last ? activate(context, input, 'softmax') : unsupported(context.layer, `axis ${axis}; only the last is supported`);
}
