import { FramewatchError, messageOf } from '../../util/errors.ts';
import type { LocalModel } from '../backend.ts';
import { loadGraphForm } from './graph-form.ts';
import { loadLayersForm } from './layers-form.ts';
import { loadSavedModelForm, type NodeTensorFlow } from './saved-model-form.ts';
import { type TensorFlow, type TfjsModel, TfjsNetwork } from './tfjs-network.ts';

/**
 * Loads a model in the form in which it came; only the native binding has a `node`, and takes SavedModels.
 * Throws FramewatchError MODEL_NOT_FOUND, MODEL_HASH_MISMATCH, MODEL_INVALID; ENGINE_START_FAILED when TensorFlow refuses the model.
 */
export async function loadNetwork(tensorflow: TensorFlow & Partial<NodeTensorFlow>, local: LocalModel, wantsFeatures: boolean): Promise<TfjsNetwork> {
  try {
    return new TfjsNetwork(tensorflow, local, await loadForm(tensorflow, local), wantsFeatures);
  } catch (error) {
    if (error instanceof FramewatchError) throw error;
    throw new FramewatchError('ENGINE_START_FAILED', `TensorFlow could not load the model ${local.name}: ${messageOf(error)}`, { cause: error });
  }
}

function loadForm(tensorflow: TensorFlow & Partial<NodeTensorFlow>, local: LocalModel): Promise<TfjsModel> {
  const { source } = local;
  if (source.format === 'tfjs-layers') return loadLayersForm(tensorflow, local, source);
  if (source.format === 'tfjs-graph') return loadGraphForm(tensorflow, local, source);
  const { node } = tensorflow;
  if (source.format === 'saved-model' && node !== undefined) return loadSavedModelForm({ node }, local, source);
  throw new FramewatchError('INTERNAL', `a model of format ${source.format} cannot be loaded by TensorFlow.js`);
}
