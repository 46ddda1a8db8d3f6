import type * as tf from '@tensorflow/tfjs';
import type { LocalModel } from '../backend.ts';
import { readTfjsFiles, type TfjsSource } from '../models/tfjs-files.ts';
import { exactBuffer, inputName, outputNames } from './tfjs-forms.ts';
import type { TensorFlow, TfjsModel } from './tfjs-network.ts';

/** A graph of TensorFlow, converted for TensorFlow.js. Throws what reading it throws, and what TensorFlow.js says of a graph that it does not take. */
export async function loadGraphForm(tensorflow: TensorFlow, local: LocalModel, source: TfjsSource): Promise<TfjsModel> {
  const files = await readTfjsFiles(source, local.sha256);
  const model = await tensorflow.loadGraphModel({
    load: () =>
      Promise.resolve({
        modelTopology: files.topology,
        weightSpecs: [...files.weights] as tf.io.WeightsManifestEntry[],
        weightData: exactBuffer(files.data),
        ...(files.signature === undefined ? {} : { signature: files.signature as object }),
      }),
  });
  const name = inputName(local);
  return {
    predict: (input, features) => [model.execute({ [name]: input }, outputNames(local, features))].flat(),
    dispose: () => model.dispose(),
  };
}
