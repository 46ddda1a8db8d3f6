import type * as tf from '@tensorflow/tfjs';
import type { LocalModel } from '../backend.ts';
import { readLayersModel } from '../layers-model.ts';
import type { TfjsSource } from '../tfjs-files.ts';
import { registerResidualLayers } from './residual-layers.ts';
import { exactBuffer, outputNames } from './tfjs-forms.ts';
import type { TensorFlow, TfjsModel } from './tfjs-network.ts';

/** A Keras layers-model, computed layer by layer. Throws what reading it throws, and what TensorFlow.js says of a model that it does not take. */
export async function loadLayersForm(tensorflow: TensorFlow, local: LocalModel, source: TfjsSource, wantsFeatures: boolean): Promise<TfjsModel> {
  const files = await readLayersModel(source, local.sha256);
  registerResidualLayers(tensorflow);
  const whole = await tensorflow.loadLayersModel({
    load: () =>
      Promise.resolve({
        modelTopology: files.topology,
        weightSpecs: files.specs.map(({ byteLength: _, shape, ...spec }) => ({ ...spec, shape: [...shape] })),
        weightData: exactBuffer(files.data),
      }),
  });
  // The layers are shared with `whole`, and so are the weights: nothing of it has to be freed.
  const model = tensorflow.model({ inputs: whole.inputs, outputs: outputNames(local, wantsFeatures).map((name) => symbolicOutput(whole, name)) });
  return {
    predict: (input) => [model.predict(input, { batchSize: input.shape[0] })].flat(),
    dispose: () => void model.dispose(),
  };
}

function symbolicOutput(model: tf.LayersModel, name: string): tf.SymbolicTensor {
  if (name.includes('/')) throw new Error(`layer ${name} lies inside a nested model, whose layers TensorFlow.js does not give out: use backend onnx`);
  const { output } = model.getLayer(name);
  const [first] = Array.isArray(output) ? output : [output];
  if (first === undefined) throw new Error(`layer ${name} has no output`);
  return first;
}
