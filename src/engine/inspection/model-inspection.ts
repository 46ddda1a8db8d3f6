import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FramewatchError, messageOf } from '../../util/errors.ts';
import { SAVED_MODEL_FILE } from '../models/saved-model-files.ts';
import { inspectGraph } from './graph-inspection.ts';
import type { Inspection, InspectionWishes } from './inspection.ts';
import { inspectLayers } from './layers-inspection.ts';
import { inspectOnnx } from './onnx-inspection.ts';
import { inspectSavedModel } from './saved-model-inspection.ts';
import { readModelJson } from './tfjs-folder.ts';

/**
 * Reads what can be read of a model: a folder of TensorFlow.js (`model.json`) or a SavedModel (`saved_model.pb`), or an ONNX file.
 * Throws FramewatchError MODEL_NOT_FOUND, MODEL_INVALID, MODEL_UNSUPPORTED_LAYER.
 */
export async function inspectModel(path: string, wishes: InspectionWishes): Promise<Inspection> {
  const found = await stat(path).catch((error: unknown) => {
    throw new FramewatchError('MODEL_NOT_FOUND', `there is nothing to import: ${messageOf(error)}`, { cause: error });
  });
  if (found.isFile()) return inspectOnnx(path, wishes);
  // A pipe or a device may have no end.
  if (!found.isDirectory()) throw new FramewatchError('MODEL_NOT_FOUND', `there is nothing to import: ${path} is neither a folder nor a file`);
  const isThere = (name: string) =>
    stat(join(path, name)).then(
      () => true,
      () => false,
    );
  if (await isThere(SAVED_MODEL_FILE)) return inspectSavedModel(path, wishes);
  if (!(await isThere('model.json')))
    throw new FramewatchError(
      'MODEL_NOT_FOUND',
      `${path} holds neither model.json (TensorFlow.js) nor ${SAVED_MODEL_FILE} (SavedModel); an ONNX model is named by its file`,
    );
  const json = await readModelJson(path);
  return 'node' in json.topology ? inspectGraph(json, wishes) : inspectLayers(json, wishes);
}
