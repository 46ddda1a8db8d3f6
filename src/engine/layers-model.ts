import { createHash } from 'node:crypto';
import { FramewatchError } from '../util/errors.ts';
import type { LayersModelSource } from './backend.ts';
import { openModelFiles } from './model-place.ts';
import { readWeightSpecs, type WeightSpec } from './weight-spec.ts';

/** A Keras layers-model in memory: topology and weights, the weights still as they are stored (mostly one byte a value). */
export interface LayersModel {
  readonly topology: object;
  readonly specs: readonly WeightSpec[];
  /** All weight files joined in the order of the manifest; tensors follow one another in the order of `specs`. */
  readonly data: Uint8Array;
}

/**
 * Reads a model and checks both hashes before anything is made of it.
 * Throws FramewatchError MODEL_NOT_FOUND, MODEL_HASH_MISMATCH or MODEL_INVALID.
 */
export async function readLayersModel(source: LayersModelSource, weightsSha256: string): Promise<LayersModel> {
  const files = await openModelFiles(source);
  requireHash('topology', sha256(files.topology), source.topologySha256, source);
  const parsed = files.parseTopology();
  const { topology, weightFiles, specs } = splitModelJson(parsed);
  const parts: Uint8Array[] = [];
  for (const name of weightFiles) parts.push(await files.readWeights(name));
  const data = Buffer.concat(parts);
  requireHash('weights', sha256(data), weightsSha256, source);
  const expected = specs.reduce((sum, spec) => sum + spec.byteLength, 0);
  if (expected !== data.length) {
    throw new FramewatchError(
      'MODEL_INVALID',
      `${placeOf(source)}: the topology describes ${expected} bytes of weights, the files hold ${data.length}`,
    );
  }
  return { topology, specs, data };
}

/** SHA-256, hex. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

interface ModelJson {
  readonly topology: object;
  readonly weightFiles: readonly string[];
  readonly specs: readonly WeightSpec[];
}

/** `model.json` as the TensorFlow.js converter writes it: `{modelTopology, weightsManifest: [{paths, weights}]}`. */
function splitModelJson(json: unknown): ModelJson {
  if (isObject(json) && isObject(json['modelTopology']) && Array.isArray(json['weightsManifest'])) {
    const groups: readonly unknown[] = json['weightsManifest'];
    const weightFiles = groups.flatMap((group) => (isObject(group) && Array.isArray(group['paths']) ? group['paths'].map(String) : []));
    const specs = groups.flatMap((group) => readWeightSpecs(isObject(group) ? group['weights'] : undefined));
    return { topology: json['modelTopology'], weightFiles, specs };
  }
  throw new FramewatchError('MODEL_INVALID', 'not a layers-model: modelTopology and weightsManifest are missing');
}

function requireHash(what: string, actual: string, expected: string, source: LayersModelSource): void {
  if (actual === expected) return;
  throw new FramewatchError(
    'MODEL_HASH_MISMATCH',
    `${placeOf(source)}: the ${what} have SHA-256 ${actual}, the manifest wants ${expected}: the files are damaged or of another version; ` +
      'install or pull the model again',
  );
}

function placeOf(source: LayersModelSource): string {
  return source.kind === 'npm' ? `npm package ${source.packageName}, ${source.path}` : source.path;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
