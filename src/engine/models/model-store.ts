import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelFacts } from '../../config/config.ts';
import { FramewatchError, messageOf } from '../../util/errors.ts';
import { MANIFEST_FILE, MODEL_NAME, type ModelManifest, parseManifest } from '../manifest/manifest.ts';

/** Where models are looked for. */
export interface ModelFolders {
  /** The package's own models. */
  readonly modelsDir: string;
  /** Pulled and imported ones lie in `<stateDir>/models` and go before those of the same name in `modelsDir`. */
  readonly stateDir: string;
}

/** Labels and default rules of a model, for the configuration. Reads the manifest only (a few kilobytes, at once), never the weights. Throws like `readManifest`. */
export function readModelFacts(name: string, folders: ModelFolders): ModelFacts {
  const { labels, defaultRules } = readManifest(name, folders);
  return { labels, defaultRules };
}

/** Throws FramewatchError MODEL_NOT_FOUND with the names of those that are there, MODEL_INVALID with the lines that are wrong. */
export function readManifest(name: string, folders: ModelFolders): ModelManifest {
  const folder = findModel(name, folders);
  const texts = { folder, pulledFolder: ownFolder(name, folders), manifest: read(join(folder, MANIFEST_FILE)) };
  return parseManifest({ ...texts, readLabels: (file) => read(join(folder, file)) }, name);
}

/** Where what is pulled or imported under this name lies; it need not exist. */
export function ownFolder(name: string, { stateDir }: Pick<ModelFolders, 'stateDir'>): string {
  return join(ownModels(stateDir), name);
}

/** Names of the models in both folders, sorted. */
export function listModels(folders: ModelFolders): readonly string[] {
  const names = new Set<string>();
  for (const root of rootsOf(folders)) {
    const entries = existsSync(root) ? readdirSync(root) : [];
    for (const entry of entries) if (MODEL_NAME.test(entry) && existsSync(join(root, entry, MANIFEST_FILE))) names.add(entry);
  }
  return [...names].sort();
}

function findModel(name: string, folders: ModelFolders): string {
  // A name is a folder's name, never a path: it may come from a configuration file.
  if (MODEL_NAME.test(name)) {
    for (const root of rootsOf(folders)) if (existsSync(join(root, name, MANIFEST_FILE))) return join(root, name);
  }
  const there = listModels(folders);
  const roots = rootsOf(folders).join(' and ');
  throw new FramewatchError(
    'MODEL_NOT_FOUND',
    `no model is called ${name} in ${roots}; there ${there.length === 0 ? 'are none' : `is ${there.join(', ')}`}`,
  );
}

function rootsOf(folders: ModelFolders): readonly string[] {
  return [ownModels(folders.stateDir), folders.modelsDir];
}

function ownModels(stateDir: string): string {
  return join(stateDir, 'models');
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new FramewatchError('MODEL_INVALID', `${file} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}
