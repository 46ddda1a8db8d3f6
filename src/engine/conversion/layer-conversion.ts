import { FramewatchError } from '../../util/errors.ts';
import type { OnnxGraph } from '../onnx/onnx-graph.ts';
import type { KerasLayer } from './keras-layer.ts';
import type { FloatTensor } from './weight-spec.ts';

/**
 * A tensor on its way through the graph. Pictures lie channels-first (NCHW) in the converted graph, whatever Keras said;
 * `shape` leaves the batch out. After Flatten there are only vectors.
 */
export type GraphTensor = PictureTensor | { readonly kind: 'vector'; readonly name: string; readonly length: number };

export interface PictureTensor {
  readonly kind: 'picture';
  readonly name: string;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** What the conversion of one layer may use. */
export interface LayerContext {
  readonly graph: OnnxGraph;
  readonly layer: KerasLayer;
  readonly inputs: readonly GraphTensor[];
  /** A weight of this layer, by its last name (`kernel`); null when the layer has none of that name. */
  weight(name: string): FloatTensor | null;
  /** The batch normalisation that is folded into this convolution; null when there is none. */
  readonly normalisation: ChannelAffine | null;
}

export type LayerConverter = (context: LayerContext) => GraphTensor;

/** `y = x × scale + shift`, channel by channel. */
export interface ChannelAffine {
  readonly scale: Float64Array;
  readonly shift: Float64Array;
}

export function onlyInput(context: LayerContext): GraphTensor {
  const [input] = context.inputs;
  if (input === undefined || context.inputs.length !== 1) {
    throw new FramewatchError('MODEL_INVALID', `layer ${context.layer.name} has ${context.inputs.length} inputs; it takes one`);
  }
  return input;
}

export function pictureInput(context: LayerContext): PictureTensor {
  const input = onlyInput(context);
  if (input.kind === 'picture') return input;
  return unsupported(context.layer, 'needs a picture, but is fed by a vector');
}

export function requireWeight(context: LayerContext, name: string): FloatTensor {
  const tensor = context.weight(name);
  if (tensor !== null) return tensor;
  throw new FramewatchError('MODEL_INVALID', `layer ${context.layer.name}: the weights hold no ${name}`);
}

export function requireChannelsLast(layer: KerasLayer): void {
  const format = layer.config.text('data_format', 'channels_last');
  if (format !== 'channels_last') unsupported(layer, `data_format ${format}; channels_last is supported`);
}

/** Two tensors that can be added value by value. */
export function sameShape(one: GraphTensor, other: GraphTensor): boolean {
  if (one.kind === 'vector') return other.kind === 'vector' && other.length === one.length;
  return other.kind === 'picture' && other.height === one.height && other.width === one.width && other.channels === one.channels;
}

/** Refuses a model, naming the layer and what of it is not known. */
export function unsupported(layer: KerasLayer, what: string): never {
  throw new FramewatchError('MODEL_UNSUPPORTED_LAYER', `layer ${layer.name} (${layer.className}): ${what}`);
}
