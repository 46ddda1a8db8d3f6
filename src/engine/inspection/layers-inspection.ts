import { FramewatchError } from '../../util/errors.ts';
import { type KerasGraph, PASS, readKerasGraph } from '../conversion/keras-graph.ts';
import { asObject, type KerasLayer } from '../conversion/keras-layer.ts';
import type { GraphTensor } from '../conversion/layer-conversion.ts';
import type { LayersModel } from '../conversion/layers-model.ts';
import { convertLayers } from '../conversion/layers-to-onnx.ts';
import { WeightReader } from '../conversion/weight-reader.ts';
import { readWeightSpecs } from '../conversion/weight-spec.ts';
import { OnnxGraph } from '../onnx/onnx-graph.ts';
import type { Inspection, InspectionWishes } from './inspection.ts';
import { kindOfScores, type LastStep } from './score-kind.ts';
import type { TfjsFolder } from './tfjs-folder.ts';

/** Layers that hand on what they get, as far as values go. */
const NEUTRAL: readonly string[] = [PASS, 'Dropout', 'Flatten', 'Reshape'];

/** A Keras layers-model, converted once to see whether it can be, and how long its vectors are. Throws FramewatchError MODEL_INVALID, MODEL_UNSUPPORTED_LAYER. */
export function inspectLayers(folder: TfjsFolder, wishes: InspectionWishes): Inspection {
  const keras = readKerasGraph(folder.topology);
  const byName = new Map(keras.layers.map((layer) => [layer.name, layer]));
  const classes = wishes.output ?? onlyOutput(keras);
  const last = byName.get(classes);
  if (last === undefined) throw new FramewatchError('MODEL_INVALID', `the model has no layer ${classes}; its output is ${keras.outputs.join(', ')}`);
  const [height, width] = keras.inputShape;
  if (height !== width)
    throw new FramewatchError('MODEL_UNSUPPORTED_LAYER', `pictures of ${height ?? 'any'} × ${width ?? 'any'}; a square is needed`);
  const size = height ?? wishes.size;
  const lengths = size === null ? new Map<string, GraphTensor>() : convertOnce(folder, keras, classes, size);
  const lengthOf = (name: string) => {
    const tensor = lengths.get(name);
    return tensor?.kind === 'vector' ? tensor.length : null;
  };
  if (size !== null && lengthOf(classes) === null)
    throw new FramewatchError(
      'MODEL_INVALID',
      `the output of layer ${classes} is a picture, not a vector of scores: was the model saved without its classifier?`,
    );
  const features = featureLayer(byName, last);
  return {
    format: 'tfjs-layers',
    architecture: nameOf(folder.topology),
    files: folder.files,
    topologySha256: folder.topologySha256,
    weightsSha256: folder.weightsSha256,
    input: { name: null, layout: 'nhwc', dtype: 'float32', size },
    classes: { name: classes, kind: kindOfScores(lastStep(byName, last), classes), length: lengthOf(classes) },
    features: features === null || (size !== null && lengthOf(features) === null) ? null : { name: features, size: lengthOf(features) },
  };
}

function onlyOutput({ outputs }: KerasGraph): string {
  const [output] = outputs;
  if (output !== undefined && outputs.length === 1) return output;
  throw new FramewatchError(
    'MODEL_UNSUPPORTED_LAYER',
    `the model has ${outputs.length} outputs (${outputs.join(', ')}): name the one with the classes (--output)`,
  );
}

function convertOnce(folder: TfjsFolder, keras: KerasGraph, classes: string, size: number): ReadonlyMap<string, GraphTensor> {
  const model: LayersModel = { topology: folder.topology, specs: readWeightSpecs(folder.weights), data: folder.data };
  const picture: GraphTensor = { kind: 'picture', name: 'pictures', height: size, width: size, channels: 3 };
  return convertLayers(keras, [classes], { graph: new OnnxGraph('inspection'), weights: new WeightReader(model), picture });
}

function lastStep(byName: ReadonlyMap<string, KerasLayer>, last: KerasLayer): LastStep {
  let layer: KerasLayer | undefined = last;
  while (layer !== undefined && NEUTRAL.includes(layer.className)) layer = byName.get(layer.inputs[0] ?? '');
  if (layer === undefined) return 'unknown';
  if (layer.className === 'Softmax') return 'softmax';
  const activation = layer.config.text('activation', 'none');
  if (activation === 'softmax' || activation === 'linear' || activation === 'sigmoid') return activation;
  return activation === 'none' ? 'unknown' : 'other';
}

/** What feeds the last fully connected layer: the outermost name for it, because TensorFlow.js gives out only those. */
function featureLayer(byName: ReadonlyMap<string, KerasLayer>, last: KerasLayer): string | null {
  let layer: KerasLayer | undefined = last;
  while (layer !== undefined && layer.className !== 'Dense') layer = layer.inputs.length === 1 ? byName.get(layer.inputs[0] ?? '') : undefined;
  let feed = byName.get(layer?.inputs[0] ?? '');
  while (feed?.className === 'Dropout' || (feed?.className === PASS && feed.name.includes('/'))) feed = byName.get(feed.inputs[0] ?? '');
  return feed === undefined || feed.className === 'InputLayer' ? null : feed.name;
}

function nameOf(topology: object): string | null {
  const root = asObject(topology, 'topology');
  const model = asObject(root['model_config'] ?? root, 'model_config');
  const { config } = model;
  const name: unknown = typeof config === 'object' && config !== null && 'name' in config ? config.name : null;
  return typeof name === 'string' ? name : null;
}
