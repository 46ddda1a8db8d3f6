import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FramewatchError, messageOf } from '../../util/errors.ts';
import { hashSavedModel, SAVED_MODEL_FILE, savedModelFiles } from '../models/saved-model-files.ts';
import type { Inspection, InspectionWishes } from './inspection.ts';
import { readSignatures, type SavedModelSignature, type SavedModelTensor } from './saved-model-message.ts';
import { ORIGINAL_FOLDER } from './tfjs-folder.ts';

/** Those that TensorFlow Serving and Keras use. */
const TAG = 'serve';
const SIGNATURE = 'serving_default';
/** `DataType` of TensorFlow. */
const DTYPES: Readonly<Record<number, Inspection['input']['dtype']>> = { 1: 'float32', 4: 'uint8' };

/** Reads the signature; whether scores are probabilities stands in code that is not looked into. Throws FramewatchError MODEL_INVALID, MODEL_UNSUPPORTED_LAYER. */
export async function inspectSavedModel(folder: string, wishes: InspectionWishes): Promise<Inspection> {
  const { inputs, outputs } = await readSignature(folder);
  const [input] = inputs;
  if (input === undefined || inputs.length !== 1)
    throw new FramewatchError('MODEL_UNSUPPORTED_LAYER', `the signature has ${inputs.length} inputs (${namesOf(inputs)}); one is supported`);
  const dtype = DTYPES[input.dtype];
  if (dtype === undefined)
    throw new FramewatchError(
      'MODEL_UNSUPPORTED_LAYER',
      `the input ${input.name} has TensorFlow's data type ${input.dtype}; float32 (1) and uint8 (4) are supported`,
    );
  const classes = outputs.find(({ name }) => name === wishes.output) ?? (outputs.length === 1 ? outputs[0] : undefined);
  if (classes === undefined || (wishes.output !== null && classes.name !== wishes.output))
    throw new FramewatchError('MODEL_INVALID', `the signature has the outputs ${namesOf(outputs)}: name the one with the classes (--output)`);
  const [, ...picture] = input.dims ?? [];
  const layout = picture[0] === 3 && picture[2] !== 3 ? 'nchw' : 'nhwc';
  const [height = null, width = null] = layout === 'nchw' ? picture.slice(1) : picture;
  if (height !== null && width !== null && height !== width)
    throw new FramewatchError('MODEL_UNSUPPORTED_LAYER', `pictures of ${height} × ${width}; a square is needed`);
  return {
    format: 'saved-model',
    architecture: null,
    files: (await savedModelFiles(folder)).map((name) => ({ from: join(folder, name), to: `${ORIGINAL_FOLDER}/${name}` })),
    topologySha256: null,
    weightsSha256: await hashSavedModel(folder),
    input: { name: input.name, layout, dtype, size: height ?? wishes.size },
    classes: { name: classes.name, kind: null, length: classes.dims?.at(-1) ?? null },
    features: null,
  };
}

async function readSignature(folder: string): Promise<SavedModelSignature> {
  const file = join(folder, SAVED_MODEL_FILE);
  const bytes = await readFile(file);
  let signatures: readonly SavedModelSignature[];
  try {
    signatures = readSignatures(bytes);
  } catch (error) {
    throw new FramewatchError('MODEL_INVALID', `${file} is no SavedModel: ${messageOf(error)}`, { cause: error });
  }
  const found = signatures.find(({ tags, name }) => name === SIGNATURE && tags.length === 1 && tags[0] === TAG);
  if (found !== undefined) return found;
  const there = signatures.map(({ tags, name }) => `${name} (${tags.join(', ')})`).join('; ');
  throw new FramewatchError(
    'MODEL_UNSUPPORTED_LAYER',
    `${file} has no signature ${SIGNATURE} under the tag ${TAG}; there ${there === '' ? 'is none' : `is ${there}`}`,
  );
}

function namesOf(tensors: readonly SavedModelTensor[]): string {
  return tensors.map(({ name }) => name).join(', ');
}
