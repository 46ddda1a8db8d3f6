import { itemsOf, type KerasLayer } from './keras-layer.ts';
import { type ChannelAffine, type GraphTensor, type LayerContext, onlyInput, requireWeight, unsupported } from './layer-conversion.ts';

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
  const input = onlyInput(context);
  requireChannelAxis(context.layer, input.kind === 'picture' ? 3 : 1);
  return multiplyAndAdd(context, input, normalisationAffine(context));
}

/** `x × scale + offset`, each one number or one for each channel. */
export function convertRescaling(context: LayerContext): GraphTensor {
  const input = onlyInput(context);
  const extent = input.kind === 'picture' ? input.channels : input.length;
  const values = (key: string, otherwise: number): Float64Array => {
    const raw: unknown = context.layer.config.raw(key) ?? otherwise;
    const list = typeof raw === 'number' ? Array.from({ length: extent }, () => raw) : itemsOf(raw);
    if (list.length === extent && list.every((value) => typeof value === 'number')) return Float64Array.from(list);
    return unsupported(context.layer, `${key} ${JSON.stringify(raw)}; one number, or one for each of ${extent} channels, is supported`);
  };
  return multiplyAndAdd(context, input, { scale: values('scale', 1), shift: values('offset', 0) });
}

/** Throws unless a normalisation runs over the last axis; `last` is that axis counted from the front, the batch included. */
export function requireChannelAxis(layer: KerasLayer, last: number): void {
  const raw: unknown = layer.config.raw('axis') ?? -1;
  const axis = Array.isArray(raw) ? itemsOf(raw)[0] : raw;
  if (axis !== -1 && axis !== last) unsupported(layer, `axis ${String(axis)}; only the channels can be normalised`);
}

function multiplyAndAdd({ graph, layer }: LayerContext, input: GraphTensor, { scale, shift }: ChannelAffine): GraphTensor {
  const dims = input.kind === 'picture' ? [1, scale.length, 1, 1] : [1, scale.length];
  const scaled = graph.node('Mul', layer.name, [input.name, graph.floats(`${layer.name}/scale`, dims, Float32Array.from(scale))]);
  return { ...input, name: graph.node('Add', layer.name, [scaled, graph.floats(`${layer.name}/shift`, dims, Float32Array.from(shift))]) };
}
