import { basename, dirname, join } from 'node:path';
import { FramewatchError, messageOf } from '../util/errors.ts';
import type { Logger } from '../util/logger.ts';
import type { LocalModel } from './backend.ts';
import { readLayersModel, sha256 } from './layers-model.ts';
import { CONVERTER_VERSION, convertToOnnx } from './layers-to-onnx.ts';
import type { ModelManifest } from './manifest.ts';
import { checkCached, removeCached, writeCached } from './model-cache.ts';
import { type ModelFolders, readManifest } from './model-store.ts';

export interface PreparationOptions extends ModelFolders {
  readonly name: string;
  readonly logger: Logger;
}

/**
 * Makes a model ready to be opened: reads its manifest and converts it to ONNX once; later starts find the conversion in
 * `<stateDir>/cache/models`, check its hash and use it. A new conversion takes the place of older ones of the same model.
 * Throws FramewatchError MODEL_NOT_FOUND, MODEL_INVALID, MODEL_HASH_MISMATCH, MODEL_UNSUPPORTED_LAYER.
 */
export async function prepareModel(options: PreparationOptions): Promise<LocalModel> {
  const manifest = readManifest(options.name, options);
  const onnxFile = join(options.stateDir, 'cache', 'models', cacheName(manifest));
  const found = await checkCached(onnxFile);
  if (found === 'corrupted') options.logger.warn({ model: manifest.name, file: onnxFile }, 'The converted model is damaged; it is converted again');
  if (found !== 'valid') await convert(manifest, onnxFile, options.logger);
  return {
    name: manifest.name,
    sha256: manifest.weightsSha256,
    labels: manifest.labels,
    inputSize: manifest.input.size,
    featureSize: manifest.featureSize,
    onnxFile,
    layersModel: manifest.layersModel,
    normalisation: manifest.input.normalisation,
    selfTest: manifest.selfTest,
  };
}

/** Everything that shapes the converted file is in its name, so a changed manifest or converter never meets an old conversion. */
export function cacheName(manifest: ModelManifest): string {
  const { layersModel, input } = manifest;
  const { outputLayers } = layersModel;
  const shaping = JSON.stringify([
    layersModel.topologySha256,
    outputLayers.probabilities,
    outputLayers.features,
    layersModel.colourOrder,
    input.normalisation,
  ]);
  return `${manifest.name}-${manifest.weightsSha256.slice(0, 16)}-${sha256(Buffer.from(shaping)).slice(0, 8)}-v${CONVERTER_VERSION}.onnx`;
}

/** Whether a file of the cache was named by `cacheName`, whatever the converter's version. */
function isConversionOf(model: string, fileName: string): boolean {
  return fileName.startsWith(`${model}-`) && /^[0-9a-f]{16}-[0-9a-f]{8}-v\d+\.onnx$/.test(fileName.slice(model.length + 1));
}

async function convert(manifest: ModelManifest, onnxFile: string, logger: Logger): Promise<void> {
  logger.info({ model: manifest.name }, 'Converting the model; this happens once');
  const source = await readLayersModel(manifest.layersModel, manifest.weightsSha256);
  const bytes = convertToOnnx(source, { name: manifest.name, normalisation: manifest.input.normalisation, ...manifest.layersModel });
  try {
    await writeCached(onnxFile, bytes);
  } catch (error) {
    throw new FramewatchError('ENGINE_START_FAILED', `the converted model could not be written to ${onnxFile}: ${messageOf(error)}`, {
      cause: error,
    });
  }
  logger.info({ model: manifest.name, file: onnxFile, bytes: bytes.length }, 'The model is converted');
  const removed = await removeCached(dirname(onnxFile), (name) => name !== basename(onnxFile) && isConversionOf(manifest.name, name));
  if (removed.length > 0) logger.info({ model: manifest.name, removed }, 'Older conversions of the model are removed');
}
