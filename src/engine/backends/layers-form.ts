import type * as tf from '@tensorflow/tfjs';
import type { LocalModel } from '../backend.ts';
import { readLayersModel } from '../conversion/layers-model.ts';
import type { TfjsSource } from '../models/tfjs-files.ts';
import { registerResidualLayers } from './residual-layers.ts';
import { exactBuffer, outputNames } from './tfjs-forms.ts';
import type { TensorFlow, TfjsModel } from './tfjs-network.ts';

/** A Keras layers-model, computed layer by layer. Throws what reading it throws, and what TensorFlow.js says of a model that it does not take. */
export async function loadLayersForm(tensorflow: TensorFlow, local: LocalModel, source: TfjsSource): Promise<TfjsModel> {
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
  const cut = (features: boolean) =>
    tensorflow.model({ inputs: whole.inputs, outputs: outputNames(local, features).map((name) => symbolicOutput(whole, name)) });
  const plain = cut(false);
  let withFeatures: tf.LayersModel | undefined;
  return {
    predict(input, features) {
      if (features) withFeatures ??= cut(true);
      return [((features ? withFeatures : undefined) ?? plain).predict(input, { batchSize: input.shape[0] })].flat();
    },
    // All of them share layers and weights. The one with the most has every layer that is needed: nothing of the others has to be freed.
    dispose: () => void (withFeatures ?? plain).dispose(),
  };
}

function symbolicOutput(model: tf.LayersModel, name: string): tf.SymbolicTensor {
  if (name.includes('/')) throw new Error(`layer ${name} lies inside a nested model, whose layers TensorFlow.js does not give out: use backend onnx`);
  const { output } = model.getLayer(name);
  const [first] = Array.isArray(output) ? output : [output];
  if (first === undefined) throw new Error(`layer ${name} has no output`);
  return first;
}
