import { FramewatchError } from '../util/errors.ts';
import type { LayersModelSource } from './backend.ts';
import { type KerasGraph, type KerasLayer, readKerasGraph } from './keras-graph.ts';
import { convertActivation, convertRelu, convertSoftmax } from './layer-activation.ts';
import type { ChannelAffine, GraphTensor, LayerContext } from './layer-conversion.ts';
import { onlyInput, unsupported } from './layer-conversion.ts';
import { convertBatchNormalization, convertConv2d, convertDense, normalisationAffine, requireChannelAxis } from './layer-convolution.ts';
import { convertAdd, convertConcatenate, convertFlatten, convertGlobalPooling, convertPooling, convertZeroPadding } from './layer-shape.ts';
import type { LayersModel } from './layers-model.ts';
import { OnnxGraph } from './onnx-graph.ts';
import { type FloatTensor, readFloats, type WeightSpec } from './weight-spec.ts';

/** Rises with every change of what is written; part of the cache's name, so that old conversions are not used again. */
export const CONVERTER_VERSION = '1';

/** Names of the converted graph's tensors. */
export const ONNX_INPUT = 'pictures';
export const ONNX_PROBABILITIES = 'probabilities';
export const ONNX_FEATURES = 'features';

export interface ConversionOptions extends Pick<LayersModelSource, 'outputLayers' | 'colourOrder'> {
  readonly name: string;
  /** The input becomes `(pixel − mean) / scale`. */
  readonly normalisation: { readonly mean: number; readonly scale: number };
}

type LayerConverter = (context: LayerContext) => GraphTensor;

const CONVERTERS: Readonly<Record<string, LayerConverter>> = {
  Activation: convertActivation,
  Add: convertAdd,
  AveragePooling2D: convertPooling('AveragePool'),
  BatchNormalization: convertBatchNormalization,
  Concatenate: convertConcatenate,
  Conv2D: convertConv2d,
  Dense: convertDense,
  // Drops values only in training.
  Dropout: onlyInput,
  Flatten: convertFlatten,
  GlobalAveragePooling2D: convertGlobalPooling('GlobalAveragePool'),
  GlobalMaxPooling2D: convertGlobalPooling('GlobalMaxPool'),
  MaxPooling2D: convertPooling('MaxPool'),
  ReLU: convertRelu,
  Softmax: convertSoftmax,
  ZeroPadding2D: convertZeroPadding,
};

/**
 * Turns a Keras layers-model into an `.onnx` file: input `pictures`, uint8 `[N, height, width, 3]` RGB, N free; outputs
 * `probabilities` and, when a features layer is named, `features`. Batch normalisation is folded into convolutions.
 * Throws FramewatchError MODEL_UNSUPPORTED_LAYER naming the layer, MODEL_INVALID when topology and weights disagree.
 */
export function convertToOnnx(model: LayersModel, options: ConversionOptions): Uint8Array {
  const keras = readKerasGraph(model.topology);
  const graph = new OnnxGraph(options.name);
  const weights = new WeightReader(model);
  const kept = [options.outputLayers.probabilities, options.outputLayers.features].filter((name) => name !== null);
  const folds = foldedNormalisations(keras, kept);
  const folded = new Set([...folds.values()].map((layer) => layer.name));
  const tensors = new Map<string, GraphTensor>();

  const contextOf = (layer: KerasLayer, normalisation: ChannelAffine | null): LayerContext => ({
    graph,
    layer,
    inputs: layer.inputs.map((name) => tensorOf(tensors, name)),
    weight: (name) => weights.read(`${layer.name}/${name}`),
    normalisation,
  });

  for (const layer of neededLayers(keras, kept)) {
    if (layer.className === 'InputLayer') {
      tensors.set(layer.name, convertInput(graph, keras, options));
      continue;
    }
    const converter = CONVERTERS[layer.className];
    if (converter === undefined) return unsupported(layer, `this class of layer is not known; known are ${Object.keys(CONVERTERS).join(', ')}`);
    const fold = folds.get(layer.name);
    // A folded normalisation has no inputs of its own to wait for: its weights go into the convolution before it.
    const normalisation =
      fold === undefined
        ? null
        : normalisationAffine({ ...contextOf(layer, null), layer: fold, weight: (name) => weights.read(`${fold.name}/${name}`) });
    tensors.set(layer.name, folded.has(layer.name) ? onlyInput(contextOf(layer, null)) : converter(contextOf(layer, normalisation)));
  }

  declareOutput(graph, ONNX_PROBABILITIES, tensorOf(tensors, options.outputLayers.probabilities));
  if (options.outputLayers.features !== null) declareOutput(graph, ONNX_FEATURES, tensorOf(tensors, options.outputLayers.features));
  return graph.encode(CONVERTER_VERSION);
}

/** Cast, colour order, normalisation, and the one change of layout. */
function convertInput(graph: OnnxGraph, keras: KerasGraph, options: ConversionOptions): GraphTensor {
  const [height, width, channels] = keras.inputShape;
  if (channels !== 3) throw new FramewatchError('MODEL_UNSUPPORTED_LAYER', `the model wants ${channels} channels a pixel; colour pictures have 3`);
  const bytes = graph.input(ONNX_INPUT, ['N', height, width, channels]);
  const ordered =
    options.colourOrder === 'rgb' ? bytes : graph.node('Gather', 'colour order', [bytes, graph.integers('colour order/bgr', [2, 1, 0])], { axis: 3 });
  let name = graph.node('Cast', 'input', [ordered], { to: 1 });
  const { mean, scale } = options.normalisation;
  if (mean !== 0) name = graph.node('Sub', 'input', [name, graph.floats('input/mean', [], Float32Array.of(mean))]);
  if (scale !== 1) name = graph.node('Div', 'input', [name, graph.floats('input/scale', [], Float32Array.of(scale))]);
  name = graph.node('Transpose', 'input', [name], { perm: [0, 3, 1, 2] });
  return { kind: 'picture', name, height, width, channels };
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

function declareOutput(graph: OnnxGraph, name: string, tensor: GraphTensor): void {
  if (tensor.kind !== 'vector')
    throw new FramewatchError('MODEL_INVALID', `the output ${name} is a picture, not a vector: name a layer behind Flatten or a global pooling`);
  graph.output(name, tensor.name, ['N', tensor.length]);
}

function tensorOf(tensors: ReadonlyMap<string, GraphTensor>, name: string): GraphTensor {
  const tensor = tensors.get(name);
  if (tensor === undefined) throw new FramewatchError('MODEL_INVALID', `the model has no layer ${name}`);
  return tensor;
}

/** Tensors become floats one at a time, when a layer asks for them: 22 million weights at once would be 90 MB more. */
class WeightReader {
  readonly #data: Uint8Array;
  readonly #places = new Map<string, { readonly spec: WeightSpec; readonly offset: number }>();

  constructor(model: LayersModel) {
    this.#data = model.data;
    let offset = 0;
    for (const spec of model.specs) {
      this.#places.set(spec.name, { spec, offset });
      offset += spec.byteLength;
    }
  }

  read(name: string): FloatTensor | null {
    const place = this.#places.get(name);
    return place === undefined ? null : readFloats(place.spec, this.#data, place.offset);
  }
}
