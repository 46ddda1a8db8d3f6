import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { FramewatchError, messageOf } from '../../util/errors.ts';
import type { Logger } from '../../util/logger.ts';
import type { LocalModel } from '../backend.ts';
import { readLayersModel } from '../conversion/layers-model.ts';
import { CONVERTER_VERSION, convertToOnnx } from '../conversion/layers-to-onnx.ts';
import type { Precision } from '../engine.ts';
import type { ModelManifest } from '../manifest/manifest.ts';
import { wrapOnnx } from '../onnx/onnx-wrapping.ts';
import { readInt8Record } from '../quantization/int8-form.ts';
import { checkCached, removeCached, writeCached } from './model-cache.ts';
import { pathOf } from './model-place.ts';
import { type ModelFolders, readManifest } from './model-store.ts';
import { requireSha256, sha256 } from './sha256.ts';

export interface PreparationOptions extends ModelFolders {
  readonly name: string;
  readonly logger: Logger;
}

/**
 * Makes a model ready to be opened: reads its manifest and brings it into the ONNX form that the onnx backend runs, once; later starts find the conversion in
 * `<stateDir>/cache/models`, check its hash and use it. A new conversion takes the place of older ones of the same model. Graphs of TensorFlow stay as they are.
 * Throws FramewatchError MODEL_NOT_FOUND, MODEL_INVALID, MODEL_HASH_MISMATCH, MODEL_UNSUPPORTED_LAYER.
 */
export async function prepareModel(options: PreparationOptions): Promise<LocalModel> {
  const manifest = readManifest(options.name, options);
  return {
    name: manifest.name,
    sha256: manifest.weightsSha256,
    labels: manifest.labels,
    inputSize: manifest.inputSize,
    fit: manifest.fit,
    featureSize: manifest.featureSize,
    onnxFile: hasOnnxForm(manifest) ? await prepareOnnx(manifest, options) : null,
    source: manifest.source,
    input: manifest.input,
    outputs: manifest.outputs,
    selfTest: manifest.selfTest,
  };
}

/** SHA-256 of the int8 form that the engine would find, for what depends on it; null when it would look for none, or there is none of these weights. Reads no graph. Never throws. */
export function int8HashOf(name: string, folders: ModelFolders, precision: 'auto' | Precision): string | null {
  if (precision === 'float32') return null;
  try {
    const found = readInt8Record(name, folders, cacheName(readManifest(name, folders)));
    return 'sha256' in found ? found.sha256 : null;
  } catch {
    return null;
  }
}

/** Whether the onnx backend can run a model of this format. */
function hasOnnxForm({ source: { format } }: ModelManifest): boolean {
  return format === 'tfjs-layers' || format === 'onnx';
}

async function prepareOnnx(manifest: ModelManifest, { stateDir, logger }: PreparationOptions): Promise<string> {
  const file = join(stateDir, 'cache', 'models', cacheName(manifest));
  const found = await checkCached(file);
  if (found === 'corrupted') logger.warn({ model: manifest.name, file }, 'The converted model is damaged; it is converted again');
  if (found !== 'valid') await convert(manifest, file, logger);
  return file;
}

/** Everything that shapes the converted file is in its name, so a changed manifest or converter never meets an old conversion. */
export function cacheName(manifest: ModelManifest): string {
  const { source, inputSize, input, outputs, featureSize, labels } = manifest;
  const topology = 'topologySha256' in source ? source.topologySha256 : null;
  const shaping = JSON.stringify([source.format, topology, inputSize, input, outputs, featureSize, labels.length]);
  return `${manifest.name}-${manifest.weightsSha256.slice(0, 16)}-${sha256(Buffer.from(shaping)).slice(0, 8)}-v${CONVERTER_VERSION}.onnx`;
}

/** Whether a file of the cache was named by `cacheName`, whatever the converter's version. */
function isConversionOf(model: string, fileName: string): boolean {
  return fileName.startsWith(`${model}-`) && /^[0-9a-f]{16}-[0-9a-f]{8}-v\d+\.onnx$/.test(fileName.slice(model.length + 1));
}

async function convert(manifest: ModelManifest, onnxFile: string, logger: Logger): Promise<void> {
  logger.info({ model: manifest.name }, 'Converting the model; this happens once');
  const bytes = await onnxForm(manifest);
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

/** The bytes of the converted model; the hash of what it is made from is checked before. */
async function onnxForm(manifest: ModelManifest): Promise<Uint8Array> {
  const { source, weightsSha256, labels } = manifest;
  if (source.format === 'tfjs-layers') return convertToOnnx(await readLayersModel(source, weightsSha256), manifest);
  if (source.format !== 'onnx') throw new FramewatchError('INTERNAL', `${source.format} has no ONNX form`);
  const file = pathOf(source.place, manifest.name);
  const bytes = await readFile(file).catch((error: unknown) => {
    throw new FramewatchError('MODEL_NOT_FOUND', `model file ${file} cannot be read: ${messageOf(error)}`, { cause: error });
  });
  requireSha256('weights', sha256(bytes), weightsSha256, file);
  return wrapOnnx(bytes, { ...manifest, labelCount: labels.length });
}
