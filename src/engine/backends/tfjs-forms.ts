import { FramewatchError } from '../../util/errors.ts';
import type { LocalModel } from '../backend.ts';

/** What the forms in which TensorFlow.js takes a model have in common. */

/** Names of the wanted outputs: the classes, then the features. */
export function outputNames({ outputs }: LocalModel, wantsFeatures: boolean): string[] {
  return wantsFeatures && outputs.features !== null ? [outputs.classes, outputs.features] : [outputs.classes];
}

export function inputName({ name, input }: LocalModel): string {
  if (input.name !== null) return input.name;
  throw new FramewatchError('MODEL_INVALID', `the manifest of ${name} does not name the input (input.name)`);
}

/** TensorFlow.js takes an ArrayBuffer that holds nothing else; the joined files may lie in a pool. */
export function exactBuffer(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}
