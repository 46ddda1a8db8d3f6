import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FramewatchError, messageOf } from '../../util/errors.ts';
import { sha256, sha256OfFile } from './sha256.ts';

/** The graph and its signatures. */
export const SAVED_MODEL_FILE = 'saved_model.pb';
const FOLDERS = ['assets', 'variables'] as const;

/**
 * The files that a SavedModel runs on: `saved_model.pb` and what lies in `assets` and `variables`; paths inside `folder`, sorted. What else is there
 * (Keras' metadata, fingerprints) is of no use here. Throws FramewatchError MODEL_NOT_FOUND when `folder` is no SavedModel.
 */
export async function savedModelFiles(folder: string): Promise<readonly string[]> {
  await stat(join(folder, SAVED_MODEL_FILE)).catch((error: unknown) => {
    throw new FramewatchError('MODEL_NOT_FOUND', `${folder} is no SavedModel: ${messageOf(error)}`, { cause: error });
  });
  const inFolders = await Promise.all(
    FOLDERS.map(async (name) => {
      const entries = existsSync(join(folder, name)) ? await readdir(join(folder, name)) : [];
      const paths = entries.map((entry) => `${name}/${entry}`);
      // Followed: in the caches of model hubs every file is a link.
      const areFiles = await Promise.all(paths.map(async (path) => (await stat(join(folder, path))).isFile()));
      return paths.filter((_, index) => areFiles[index]);
    }),
  );
  return [SAVED_MODEL_FILE, ...inFolders.flat()].sort();
}

/**
 * SHA-256 (hex) over the list that `sha256sum` prints of the files, in the order of their paths: `cd FOLDER && sha256sum assets/* saved_model.pb variables/* | sha256sum`.
 * Throws what the disk says.
 */
export async function hashSavedModel(folder: string): Promise<string> {
  const lines: string[] = [];
  for (const name of await savedModelFiles(folder)) lines.push(`${await sha256OfFile(join(folder, name))}  ${name}\n`);
  return sha256(Buffer.from(lines.join('')));
}
