import { itemsOf, type KerasLayer } from './keras-graph.ts';
import { activate } from './layer-activation.ts';
import {
  type ChannelAffine,
  type GraphTensor,
  type LayerContext,
  onlyInput,
  paddingOf,
  pictureInput,
  requireChannelsLast,
  requireWeight,
  unsupported,
} from './layer-conversion.ts';
import type { FloatTensor } from './weight-spec.ts';
import { dilatedExtent, windowAxis } from './window-geometry.ts';

/** Keras keeps kernels as height, width, in, out; ONNX as out, in, height, width. A folded normalisation scales each output's kernel. */
export function convertConv2d(context: LayerContext): GraphTensor {
  const { graph, layer, normalisation } = context;
  const { config } = layer;
  requireChannelsLast(layer);
  const input = pictureInput(context);
  const kernel = requireWeight(context, 'kernel');
  const [height = 0, width = 0, channels = 0, filters = 0] = kernel.shape;
  if (channels !== input.channels || config.number('groups', 1) !== 1) return unsupported(layer, 'grouped convolutions are not supported');
  const strides = config.pair('strides', [1, 1]);
  const dilations = config.pair('dilation_rate', [1, 1]);
  const padding = paddingOf(layer);
  const rows = windowAxis(input.height, dilatedExtent(height, dilations[0]), strides[0], padding);
  const columns = windowAxis(input.width, dilatedExtent(width, dilations[1]), strides[1], padding);
  const inputs = [input.name, graph.floats(`${layer.name}/kernel`, [filters, channels, height, width], outputMajor(kernel, normalisation))];
  const bias = foldedBias(context.weight('bias'), normalisation, filters);
  if (bias !== null) inputs.push(graph.floats(`${layer.name}/bias`, [filters], bias));
  const name = graph.node('Conv', layer.name, inputs, {
    kernel_shape: [height, width],
    strides,
    dilations,
    pads: [rows.before, columns.before, rows.behind, columns.behind],
  });
  const result: GraphTensor = { kind: 'picture', name, height: rows.length, width: columns.length, channels: filters };
  return activate(context, result, config.text('activation', 'linear'));
}

/**
 * `gamma × (x − mean) / √(variance + epsilon) + beta` as one scale and one shift a channel, in double precision.
 * Without `scale` (or `center`) gamma is 1 (beta is 0). Source: Ioffe and Szegedy 2015, inference form.
 */
export function normalisationAffine(context: LayerContext): ChannelAffine {
  const { config } = context.layer;
  const mean = requireWeight(context, 'moving_mean').values;
  const variance = requireWeight(context, 'moving_variance').values;
  const gamma = config.flag('scale', true) ? requireWeight(context, 'gamma').values : null;
  const beta = config.flag('center', true) ? requireWeight(context, 'beta').values : null;
  const epsilon = config.number('epsilon', 1e-3);
  const scale = Float64Array.from(variance, (of, channel) => (gamma?.[channel] ?? 1) / Math.sqrt(of + epsilon));
  const shift = Float64Array.from(mean, (of, channel) => (beta?.[channel] ?? 0) - of * (scale[channel] ?? 0));
  return { scale, shift };
}

/** A normalisation that no convolution took up: a multiplication and an addition. */
export function convertBatchNormalization(context: LayerContext): GraphTensor {
  const { graph, layer } = context;
  const input = onlyInput(context);
  requireChannelAxis(layer, input.kind === 'picture' ? 3 : 1);
  const { scale, shift } = normalisationAffine(context);
  const dims = input.kind === 'picture' ? [1, scale.length, 1, 1] : [1, scale.length];
  const scaled = graph.node('Mul', layer.name, [input.name, graph.floats(`${layer.name}/scale`, dims, Float32Array.from(scale))]);
  return { ...input, name: graph.node('Add', layer.name, [scaled, graph.floats(`${layer.name}/shift`, dims, Float32Array.from(shift))]) };
}

/** A fully connected layer; its kernel is stored the way Gemm wants it. */
export function convertDense(context: LayerContext): GraphTensor {
  const { graph, layer } = context;
  const input = onlyInput(context);
  if (input.kind !== 'vector') return unsupported(layer, 'is fed by a picture; flatten or pool it first');
  const kernel = requireWeight(context, 'kernel');
  const [rows = 0, units = 0] = kernel.shape;
  const bias = context.weight('bias');
  const inputs = [input.name, graph.floats(`${layer.name}/kernel`, [rows, units], kernel.values)];
  if (bias !== null) inputs.push(graph.floats(`${layer.name}/bias`, [units], bias.values));
  const result: GraphTensor = { kind: 'vector', name: graph.node('Gemm', layer.name, inputs), length: units };
  return activate(context, result, layer.config.text('activation', 'linear'));
}

/** Throws unless a normalisation runs over the last axis; `last` is that axis counted from the front, the batch included. */
export function requireChannelAxis(layer: KerasLayer, last: number): void {
  const raw: unknown = layer.config.raw('axis') ?? -1;
  const axis = Array.isArray(raw) ? itemsOf(raw)[0] : raw;
  if (axis !== -1 && axis !== last) unsupported(layer, `axis ${String(axis)}; only the channels can be normalised`);
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
