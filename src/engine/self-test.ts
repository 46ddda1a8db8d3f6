import { FramewatchError } from '../util/errors.ts';
import type { Backend, LocalModel, SelfTest } from './backend.ts';
import { drawTestPicture } from './test-picture.ts';

/**
 * Runs the model's own test pictures, all of them at every batch size, and compares what the network says with what the reference said. Catches what
 * a hash cannot: swapped labels or colours, another normalisation, a device that computes wrongly.
 * Throws FramewatchError MODEL_SELF_TEST_FAILED with what differed, MODEL_INVALID for a model without a self-test, or what `run` throws.
 */
export async function runSelfTest(backend: Backend, model: LocalModel, sizes: readonly number[]): Promise<void> {
  const { selfTest } = model;
  if (selfTest === undefined || selfTest.pictures.length === 0)
    throw new FramewatchError('MODEL_INVALID', `the model ${model.name} has no self-test`);
  const pictures = selfTest.pictures.map((picture) => drawTestPicture(picture.drawing, picture.seed, model.inputSize));
  for (const size of sizes) {
    for (let first = 0; first < pictures.length; first += size) {
      const { probabilities } = await backend.run(joined(pictures, first, size), size);
      checkBatch(probabilities, { backend, model, selfTest, first, size });
    }
  }
}

/** The pictures `first`, `first + 1`, … round and round, `size` of them. */
function joined(pictures: readonly Uint8Array[], first: number, size: number): Uint8Array {
  return Buffer.concat(Array.from({ length: size }, (_, row) => pictures[(first + row) % pictures.length] ?? new Uint8Array()));
}

interface TestedBatch {
  readonly backend: Backend;
  readonly model: LocalModel;
  readonly selfTest: SelfTest;
  readonly first: number;
  readonly size: number;
}

function checkBatch(probabilities: Float32Array, tested: TestedBatch): void {
  const { backend, model, selfTest, first, size } = tested;
  for (let row = 0; row < size; row++) {
    const picture = selfTest.pictures[(first + row) % selfTest.pictures.length];
    for (const [column, label] of model.labels.entries()) {
      const expected = picture?.expected[label] ?? Number.NaN;
      const actual = probabilities[row * model.labels.length + column] ?? Number.NaN;
      // Written so that a value that is not a number fails as well.
      if (Math.abs(actual - expected) <= selfTest.tolerance) continue;
      throw new FramewatchError(
        'MODEL_SELF_TEST_FAILED',
        `the model ${model.name} does not compute what it should on ${backend.name} (${backend.device}): drawing ${picture?.drawing ?? '?'} ${picture?.seed ?? ''}, ` +
          `place ${row + 1} of ${size}: ${label} is ${actual.toFixed(4)}, expected ${expected.toFixed(4)} ± ${selfTest.tolerance}; ` +
          'check labels, colour order and normalisation in its manifest, or use another backend',
      );
    }
  }
}
