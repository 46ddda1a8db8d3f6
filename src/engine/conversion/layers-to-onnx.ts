import { FramewatchError } from '../../util/errors.ts';
import type { NetworkInput, NetworkOutputs } from '../network-source.ts';
import { OnnxGraph } from '../onnx/onnx-graph.ts';
import { addPictureInput, ONNX_FEATURES, ONNX_PROBABILITIES } from '../onnx/onnx-picture-input.ts';
import { type KerasGraph, readKerasGraph } from './keras-graph.ts';
import type { KerasLayer } from './keras-layer.ts';
import { type ChannelAffine, type GraphTensor, type LayerContext, onlyInput, unsupported } from './layer-conversion.ts';
import { LAYER_CONVERTERS } from './layer-converters.ts';
import { normalisationAffine, requireChannelAxis } from './layer-normalisation.ts';
import type { LayersModel } from './layers-model.ts';
import { WeightReader } from './weight-reader.ts';

/** Rises with every change of what is written; part of the cache's name, so that old conversions are not used again. */
export const CONVERTER_VERSION = '2';

export interface ConversionOptions {
  readonly name: string;
  /** Width and height, pixels. */
  readonly inputSize: number;
  readonly input: Pick<NetworkInput, 'colourOrder' | 'normalisation'>;
  /** Names of layers. */
  readonly outputs: NetworkOutputs;
}

/**
 * Turns a Keras layers-model into an `.onnx` file: input `pictures`, uint8 `[N, size, size, 3]` RGB, N free; outputs
 * `probabilities` and, when a features layer is named, `features`. Batch normalisation is folded into convolutions.
 * Throws FramewatchError MODEL_UNSUPPORTED_LAYER naming the layer, MODEL_INVALID when topology, weights and options disagree.
 */
export function convertToOnnx(model: LayersModel, options: ConversionOptions): Uint8Array {
  const { outputs, input } = options;
  const keras = readKerasGraph(model.topology);
  const size = requireInputShape(keras, options.inputSize);
  const graph = new OnnxGraph(options.name);
  const kept = [outputs.classes, outputs.features].filter((name) => name !== null);
  const source = addPictureInput(graph, { ...input, size, layout: 'nchw', dtype: 'float32' });
  const tensors = convertLayers(keras, kept, {
    graph,
    weights: new WeightReader(model),
    picture: { kind: 'picture', name: source, height: size, width: size, channels: 3 },
  });
  const classes = requireVector(tensors, outputs.classes);
  const probabilities = outputs.kind === 'logits' ? graph.node('Softmax', ONNX_PROBABILITIES, [classes.name], { axis: 1 }) : classes.name;
  graph.output(ONNX_PROBABILITIES, probabilities, ['N', classes.length]);
  if (outputs.features !== null) {
    const features = requireVector(tensors, outputs.features);
    graph.output(ONNX_FEATURES, features.name, ['N', features.length]);
  }
  return graph.encode(CONVERTER_VERSION);
}

interface Target {
  readonly graph: OnnxGraph;
  readonly weights: Pick<WeightReader, 'read'>;
  /** What the model's input layer stands for. */
  readonly picture: GraphTensor;
}

/** Converts what the layers `kept` need, each layer once; gives the tensor of each by the layer's name. */
export function convertLayers(keras: KerasGraph, kept: readonly string[], { graph, weights, picture }: Target): ReadonlyMap<string, GraphTensor> {
  const folds = foldedNormalisations(keras, kept);
  const folded = new Set([...folds.values()].map((layer) => layer.name));
  const tensors = new Map<string, GraphTensor>();
  const contextOf = (layer: KerasLayer, normalisation: ChannelAffine | null): LayerContext => ({
    graph,
    layer,
    inputs: layer.inputs.map((name) => tensorOf(tensors, name)),
    weight: (name) => weights.read(layer, name),
    normalisation,
  });
  for (const layer of neededLayers(keras, kept)) {
    if (layer.className === 'InputLayer') {
      tensors.set(layer.name, picture);
      continue;
    }
    const converter = LAYER_CONVERTERS[layer.className];
    if (converter === undefined) return unsupported(layer, `this class of layer is not known; known are ${Object.keys(LAYER_CONVERTERS).join(', ')}`);
    const fold = folds.get(layer.name);
    // A folded normalisation has no inputs of its own to wait for: its weights go into the convolution before it.
    const normalisation =
      fold === undefined ? null : normalisationAffine({ ...contextOf(layer, null), layer: fold, weight: (name) => weights.read(fold, name) });
    tensors.set(layer.name, folded.has(layer.name) ? onlyInput(contextOf(layer, null)) : converter(contextOf(layer, normalisation)));
  }
  return tensors;
}

/** By convolution: the normalisation that can be folded into it. It must be the only reader of a convolution without activation. */
function foldedNormalisations(keras: KerasGraph, kept: readonly string[]): ReadonlyMap<string, KerasLayer> {
  const readers = new Map<string, number>();
  for (const name of keras.layers.flatMap((layer) => layer.inputs)) readers.set(name, (readers.get(name) ?? 0) + 1);
  const byName = new Map(keras.layers.map((layer) => [layer.name, layer]));
  const folds = new Map<string, KerasLayer>();
  for (const layer of keras.layers.filter((candidate) => candidate.className === 'BatchNormalization')) {
    const source = byName.get(layer.inputs[0] ?? '');
    if (source?.className !== 'Conv2D' || source.config.text('activation', 'linear') !== 'linear') continue;
    if (readers.get(source.name) !== 1 || kept.includes(source.name)) continue;
    requireChannelAxis(layer, 3);
    folds.set(source.name, layer);
  }
  return folds;
}

/** Layers behind the outputs (a head for training, say) are left out. */
function neededLayers(keras: KerasGraph, outputs: readonly string[]): readonly KerasLayer[] {
  const needed = new Set(outputs);
  for (const layer of keras.layers.toReversed()) if (needed.has(layer.name)) for (const name of layer.inputs) needed.add(name);
  return keras.layers.filter((layer) => needed.has(layer.name));
}

function requireInputShape({ inputShape: [height, width, channels] }: KerasGraph, size: number): number {
  if (channels !== 3) throw new FramewatchError('MODEL_UNSUPPORTED_LAYER', `the model wants ${channels} channels a pixel; colour pictures have 3`);
  if ((height ?? size) === size && (width ?? size) === size) return size;
  throw new FramewatchError(
    'MODEL_INVALID',
    `the manifest says pictures of ${size} × ${size}, the model wants ${height ?? 'any'} × ${width ?? 'any'}`,
  );
}

function requireVector(tensors: ReadonlyMap<string, GraphTensor>, layer: string): Extract<GraphTensor, { kind: 'vector' }> {
  const tensor = tensorOf(tensors, layer);
  if (tensor.kind === 'vector') return tensor;
  throw new FramewatchError(
    'MODEL_INVALID',
    `the output of layer ${layer} is a picture, not a vector: name a layer behind Flatten or a global pooling`,
  );
}

function tensorOf(tensors: ReadonlyMap<string, GraphTensor>, name: string): GraphTensor {
  const tensor = tensors.get(name);
  if (tensor === undefined) throw new FramewatchError('MODEL_INVALID', `the model has no layer ${name}`);
  return tensor;
}
