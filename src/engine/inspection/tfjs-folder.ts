import { join } from 'node:path';
import { openModelFiles } from '../models/model-place.ts';
import { sha256 } from '../models/sha256.ts';
import { splitModelJson, type TfjsFiles } from '../models/tfjs-files.ts';
import type { ImportedFile } from './inspection.ts';

/** Folder of a model's own files, in the folder of the model. */
export const ORIGINAL_FOLDER = 'original';

/** A folder of TensorFlow.js whose hashes nobody knows yet. */
export interface TfjsFolder extends TfjsFiles {
  readonly files: readonly ImportedFile[];
  readonly topologySha256: string;
  readonly weightsSha256: string;
}

/** Throws FramewatchError MODEL_NOT_FOUND, MODEL_INVALID. */
export async function readModelJson(folder: string): Promise<TfjsFolder> {
  const opened = await openModelFiles({ kind: 'local', path: folder });
  const { weightFiles, ...rest } = splitModelJson(opened.parseTopology());
  const parts: Uint8Array[] = [];
  for (const name of weightFiles) parts.push(await opened.readWeights(name));
  const data = Buffer.concat(parts);
  const files = ['model.json', ...weightFiles].map((name) => ({ from: join(folder, name), to: `${ORIGINAL_FOLDER}/${name}` }));
  return { ...rest, data, files, topologySha256: sha256(opened.topology), weightsSha256: sha256(data) };
}
