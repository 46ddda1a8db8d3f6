import type * as tf from '@tensorflow/tfjs';
import type { LocalModel } from '../backend.ts';
import { pathOf, placeInWords } from '../models/model-place.ts';
import { hashSavedModel } from '../models/saved-model-files.ts';
import { requireSha256 } from '../models/sha256.ts';
import type { NetworkSource } from '../network-source.ts';
import { inputName, outputNames } from './tfjs-forms.ts';
import type { TfjsModel } from './tfjs-network.ts';

/** The part of `tf.node` that is used here. Source: tfjs-node 4.22, `saved_model.ts`. */
export interface NodeTensorFlow {
  readonly node: {
    loadSavedModel(path: string, tags: string[], signature: string): Promise<NativeSavedModel>;
  };
}

export interface NativeSavedModel {
  /** By the names of the signature. */
  predict(inputs: Readonly<Record<string, tf.Tensor>>): Readonly<Record<string, tf.Tensor>>;
  dispose(): void;
}

/**
 * A SavedModel, run as one native session call a batch. Every output of the signature is computed, whether it is wanted or not: the binding has no way to
 * leave one out. Throws FramewatchError MODEL_NOT_FOUND, MODEL_HASH_MISMATCH, and what TensorFlow says of a model that it does not take.
 */
export async function loadSavedModelForm(
  tensorflow: NodeTensorFlow,
  local: LocalModel,
  source: Extract<NetworkSource, { format: 'saved-model' }>,
): Promise<TfjsModel> {
  const folder = pathOf(source.place);
  requireSha256('files', await hashSavedModel(folder), local.sha256, placeInWords(source.place));
  const model = await tensorflow.node.loadSavedModel(folder, ['serve'], 'serving_default');
  const input = inputName(local);
  return {
    predict(pixels, features) {
      const named = model.predict({ [input]: pixels });
      return outputNames(local, features).map((name) => {
        const tensor = named[name];
        if (tensor === undefined) throw new Error(`the signature has no output ${name}; it has ${Object.keys(named).join(', ')}`);
        return tensor;
      });
    },
    dispose: () => model.dispose(),
  };
}
