import { FramewatchError } from '../../util/errors.ts';
import { placeInWords } from '../models/model-place.ts';
import { readTfjsFiles, type TfjsSource } from '../models/tfjs-files.ts';
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
export async function readLayersModel(source: TfjsSource, weightsSha256: string): Promise<LayersModel> {
  const { topology, weights, data } = await readTfjsFiles(source, weightsSha256);
  const specs = readWeightSpecs(weights);
  const expected = specs.reduce((sum, spec) => sum + spec.byteLength, 0);
  if (expected !== data.length) {
    throw new FramewatchError(
      'MODEL_INVALID',
      `${placeInWords(source.place)}: the topology describes ${expected} bytes of weights, the files hold ${data.length}`,
    );
  }
  return { topology, specs, data };
}
