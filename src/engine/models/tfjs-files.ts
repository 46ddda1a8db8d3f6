import { FramewatchError } from '../../util/errors.ts';
import type { NetworkSource } from '../network-source.ts';
import { openModelFiles, placeInWords } from './model-place.ts';
import { requireSha256, sha256 } from './sha256.ts';

export type TfjsSource = Extract<NetworkSource, { format: 'tfjs-layers' | 'tfjs-graph' }>;

/** A model as the TensorFlow.js converter writes it, read and checked against its hashes, nothing made of it yet. */
export interface TfjsFiles {
  /** `modelTopology`: a Keras configuration, or a TensorFlow graph. */
  readonly topology: Readonly<Record<string, unknown>>;
  /** `signature`, where the converter wrote one: names and shapes of the graph's inputs and outputs. */
  readonly signature: unknown;
  /** The lists of `weightsManifest`, joined. */
  readonly weights: readonly unknown[];
  /** All weight files joined in the order of the manifest. */
  readonly data: Uint8Array;
}

/** Throws FramewatchError MODEL_NOT_FOUND, MODEL_HASH_MISMATCH or MODEL_INVALID. */
export async function readTfjsFiles(source: TfjsSource, weightsSha256: string): Promise<TfjsFiles> {
  const where = placeInWords(source.place);
  const files = await openModelFiles(source.place);
  requireSha256('topology', sha256(files.topology), source.topologySha256, where);
  const { weightFiles, ...rest } = splitModelJson(files.parseTopology());
  const parts: Uint8Array[] = [];
  for (const name of weightFiles) parts.push(await files.readWeights(name));
  const data = Buffer.concat(parts);
  requireSha256('weights', sha256(data), weightsSha256, where);
  return { ...rest, data };
}

/**
 * `model.json`: `{modelTopology, weightsManifest: [{paths, weights}]}`, for graphs with `signature` (older converters put it in
 * `userDefinedMetadata`). Throws FramewatchError MODEL_INVALID.
 */
export function splitModelJson(json: unknown): Omit<TfjsFiles, 'data'> & { readonly weightFiles: readonly string[] } {
  if (!isRecord(json) || !isRecord(json['modelTopology']) || !Array.isArray(json['weightsManifest']))
    throw new FramewatchError('MODEL_INVALID', 'not a TensorFlow.js model: modelTopology and weightsManifest are missing');
  const groups = (json['weightsManifest'] as readonly unknown[]).map((group) => (isRecord(group) ? group : {}));
  const metadata = json['userDefinedMetadata'];
  return {
    topology: json['modelTopology'],
    signature: json['signature'] ?? (isRecord(metadata) ? metadata['signature'] : undefined),
    weightFiles: groups.flatMap(({ paths }) => (Array.isArray(paths) ? paths.map(String) : [])),
    weights: groups.flatMap(({ weights }) => {
      if (Array.isArray(weights)) return weights as readonly unknown[];
      throw new FramewatchError('MODEL_INVALID', 'weights manifest: a group has no list of weights');
    }),
  };
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
