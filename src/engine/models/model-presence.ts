import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FramewatchError, messageOf } from '../../util/errors.ts';
import type { ModelManifest } from '../manifest/manifest.ts';
import { pathOf, placeInWords } from './model-place.ts';
import { hashSavedModel, SAVED_MODEL_FILE } from './saved-model-files.ts';
import { requireSha256, sha256OfFile } from './sha256.ts';
import { readTfjsFiles } from './tfjs-files.ts';

/** `to pull`: they can be fetched; `missing`: they should be here and are not. */
export type WeightsState = { readonly state: 'here' } | { readonly state: 'to pull' | 'missing'; readonly reason: string };

/** Whether a model's files are here; does not read them. */
export function findWeights({ name, source }: ModelManifest): WeightsState {
  try {
    const path = pathOf(source.place, name);
    // Of a package, model.json may be wrapped in a script: that the folder is there must do.
    const file = source.format === 'saved-model' ? join(path, SAVED_MODEL_FILE) : path;
    return existsSync(file) ? { state: 'here' } : { state: 'missing', reason: `${file} is not there` };
  } catch (error) {
    return { state: source.place.kind === 'pulled' ? 'to pull' : 'missing', reason: messageOf(error) };
  }
}

/** Reads all of a model's files and holds them against the manifest's hashes. Throws FramewatchError MODEL_NOT_FOUND, MODEL_HASH_MISMATCH, MODEL_INVALID. */
export async function checkWeights({ name, source, weightsSha256 }: ModelManifest): Promise<void> {
  if (source.format === 'tfjs-layers' || source.format === 'tfjs-graph') {
    await readTfjsFiles(source, weightsSha256);
    return;
  }
  const path = pathOf(source.place, name);
  const actual = await (source.format === 'onnx' ? sha256OfFile(path) : hashSavedModel(path)).catch((error: unknown) => {
    throw error instanceof FramewatchError
      ? error
      : new FramewatchError('MODEL_NOT_FOUND', `model file ${path} cannot be read: ${messageOf(error)}`, { cause: error });
  });
  requireSha256('weights', actual, weightsSha256, placeInWords(source.place));
}
