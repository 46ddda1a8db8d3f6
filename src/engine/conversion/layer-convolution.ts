import { activate } from './layer-activation.ts';
import {
  type ChannelAffine,
  type GraphTensor,
  type LayerContext,
  onlyInput,
  type PictureTensor,
  pictureInput,
  requireChannelsLast,
  requireWeight,
  unsupported,
} from './layer-conversion.ts';
import { slideWindow } from './layer-window.ts';
import type { FloatTensor } from './weight-spec.ts';

/** Keras keeps kernels as height, width, in, out; ONNX as out, in, height, width. A folded normalisation scales each output's kernel. */
export function convertConv2d(context: LayerContext): GraphTensor {
  const { graph, layer, normalisation } = context;
  requireChannelsLast(layer);
  const input = pictureInput(context);
  const kernel = requireWeight(context, 'kernel');
  const [, , channels = 0, filters = 0] = kernel.shape;
  if (channels !== input.channels || layer.config.number('groups', 1) !== 1) return unsupported(layer, 'grouped convolutions are not supported');
  const weights = graph.floats(`${layer.name}/kernel`, onnxShape(kernel), outputMajor(kernel, normalisation));
  const bias = foldedBias(context.weight('bias'), normalisation, filters);
  return activated(context, convolve(context, input, kernel, { weights, bias, filters, group: 1, suffix: '' }));
}

/** Each channel by itself, `depth_multiplier` results from each. A kernel lies as height, width, in, multiplier. */
export function convertDepthwiseConv2d(context: LayerContext): GraphTensor {
  requireChannelsLast(context.layer);
  return activated(context, depthwise(context, pictureInput(context), context.weight('bias'), ''));
}

/** A depthwise convolution, then a mix of its results at each place. */
export function convertSeparableConv2d(context: LayerContext): GraphTensor {
  const { graph, layer } = context;
  requireChannelsLast(layer);
  const spread = depthwise(context, pictureInput(context), null, '/depthwise');
  const kernel = requireWeight(context, 'pointwise_kernel');
  return activated(context, mixed(context, spread, kernel, graph.floats(`${layer.name}/kernel`, onnxShape(kernel), outputMajor(kernel, null))));
}

/** A fully connected layer; its kernel is stored the way Gemm wants it. Of a picture it mixes the channels at each place. */
export function convertDense(context: LayerContext): GraphTensor {
  const { graph, layer } = context;
  const input = onlyInput(context);
  const kernel = requireWeight(context, 'kernel');
  const [rows = 0, units = 0] = kernel.shape;
  if (input.kind === 'picture') {
    const pointwise: FloatTensor = { shape: [1, 1, rows, units], values: kernel.values };
    return activated(
      context,
      mixed(context, input, pointwise, graph.floats(`${layer.name}/kernel`, onnxShape(pointwise), outputMajor(pointwise, null))),
    );
  }
  const bias = context.weight('bias');
  const inputs = [input.name, graph.floats(`${layer.name}/kernel`, [rows, units], kernel.values)];
  if (bias !== null) inputs.push(graph.floats(`${layer.name}/bias`, [units], bias.values));
  return activated(context, { kind: 'vector', name: graph.node('Gemm', layer.name, inputs), length: units });
}

function activated(context: LayerContext, tensor: GraphTensor): GraphTensor {
  return activate(context, tensor, context.layer.config.text('activation', 'linear'));
}

interface Convolution {
  readonly weights: string;
  readonly bias: Float32Array | null;
  readonly filters: number;
  readonly group: number;
  /** Of the layer's name, where a layer has several convolutions. */
  readonly suffix: string;
}

function convolve(context: LayerContext, input: PictureTensor, kernel: FloatTensor, of: Convolution): PictureTensor {
  const { graph, layer } = context;
  const { config } = layer;
  const [height = 0, width = 0] = kernel.shape;
  const dilations = config.pair('dilation_rate', [1, 1]);
  const { attributes, rows, columns } = slideWindow(layer, input, [height, width], config.pair('strides', [1, 1]), dilations);
  const inputs = [input.name, of.weights];
  if (of.bias !== null) inputs.push(graph.floats(`${layer.name}${of.suffix}/bias`, [of.filters], of.bias));
  const group = of.group === 1 ? {} : { group: of.group };
  const name = graph.node('Conv', `${layer.name}${of.suffix}`, inputs, { ...attributes, dilations, ...group });
  return { kind: 'picture', name, height: rows.length, width: columns.length, channels: of.filters };
}

function depthwise(context: LayerContext, input: PictureTensor, bias: FloatTensor | null, suffix: string): PictureTensor {
  const { graph, layer } = context;
  const kernel = requireWeight(context, 'depthwise_kernel');
  const [height = 0, width = 0, channels = 0, multiplier = 0] = kernel.shape;
  const filters = channels * multiplier;
  // In, multiplier lie together already: one filter after the other, each of one channel.
  const flat: FloatTensor = { shape: [height, width, 1, filters], values: kernel.values };
  const weights = graph.floats(`${layer.name}${suffix}/kernel`, onnxShape(flat), outputMajor(flat, null));
  return convolve(context, input, kernel, { weights, bias: bias?.values ?? null, filters, group: channels, suffix });
}

/** A convolution of one pixel, with the layer's bias. */
function mixed(context: LayerContext, input: PictureTensor, kernel: FloatTensor, weights: string): PictureTensor {
  const { graph, layer } = context;
  const channels = kernel.shape[3] ?? 0;
  const bias = context.weight('bias');
  const inputs = [input.name, weights];
  if (bias !== null) inputs.push(graph.floats(`${layer.name}/bias`, [channels], bias.values));
  return { ...input, name: graph.node('Conv', layer.name, inputs, { kernel_shape: [1, 1] }), channels };
}

function onnxShape({ shape: [height = 0, width = 0, channels = 0, filters = 0] }: FloatTensor): readonly number[] {
  return [filters, channels, height, width];
}

function outputMajor(kernel: FloatTensor, normalisation: ChannelAffine | null): Float32Array {
  const [height = 0, width = 0, channels = 0, filters = 0] = kernel.shape;
  const area = height * width;
  const result = new Float32Array(kernel.values.length);
  let from = 0;
  for (let tap = 0; tap < area; tap++) {
    for (let channel = 0; channel < channels; channel++) {
      for (let filter = 0; filter < filters; filter++) {
        result[(filter * channels + channel) * area + tap] = (kernel.values[from++] ?? 0) * (normalisation?.scale[filter] ?? 1);
      }
    }
  }
  return result;
}

function foldedBias(bias: FloatTensor | null, normalisation: ChannelAffine | null, filters: number): Float32Array | null {
  if (normalisation === null) return bias?.values ?? null;
  const { scale, shift } = normalisation;
  return Float32Array.from({ length: filters }, (_, filter) => (bias?.values[filter] ?? 0) * (scale[filter] ?? 1) + (shift[filter] ?? 0));
}
