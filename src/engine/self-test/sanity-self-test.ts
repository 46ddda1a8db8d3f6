import { FramewatchError, messageOf } from '../../util/errors.ts';
import type { Backend, LocalModel } from '../backend.ts';
import { checkProbabilities } from '../process/output-check.ts';
import type { BatchSelfTest } from './self-test.ts';
import { DRAWING_NAMES, drawTestPicture } from './test-picture.ts';

/** Two batch sizes may add up in another order; more than this is another result. */
const SAME = 0.01;
/** A network that sees its pictures tells a sunset from a page of strokes by far more. */
const DIFFERENT = 0.001;
const SEED = 1;

/** For the log, /readyz and `models verify`: people must know that a wrong manifest would go unnoticed. */
export const UNVERIFIED: string =
  'UNVERIFIED: the manifest of this model has no expected results. It computes something that looks like probabilities, but swapped colours, a wrong ' +
  'normalisation or wrong labels would go unnoticed: look at what it says of pictures that you know before you rely on it';

/**
 * What can be asked of a model whose right answers nobody knows: probabilities that add up to 1, the same ones whatever the batch size, other ones for
 * other pictures. It cannot tell swapped colours, another normalisation or swapped labels.
 */
export class SanitySelfTest implements BatchSelfTest {
  readonly kind = 'sanity';
  readonly #model: LocalModel;
  /** What was said of each picture when it was first shown. */
  readonly #said: (Float32Array | undefined)[] = [];
  #pictures: readonly Uint8Array[] | undefined;
  #next = 0;

  constructor(model: LocalModel) {
    this.#model = model;
  }

  async runOnce(backend: Backend, size: number): Promise<void> {
    this.#pictures ??= DRAWING_NAMES.map((drawing) => drawTestPicture(drawing, SEED, this.#model.inputSize));
    const pictures = this.#pictures;
    const shown = Array.from({ length: size }, (_, row) => (this.#next + row) % pictures.length);
    this.#next = (this.#next + size) % pictures.length;
    const { probabilities } = await backend.run(Buffer.concat(shown.map((index) => pictures[index] ?? new Uint8Array())), size);
    const { length } = this.#model.labels;
    try {
      checkProbabilities(probabilities, size, length);
    } catch (error) {
      this.#fail(backend, messageOf(error));
    }
    for (const [row, index] of shown.entries()) this.#compare(backend, index, probabilities.slice(row * length, (row + 1) * length), size);
  }

  async runAll(backend: Backend, size: number): Promise<void> {
    for (let shown = 0; shown < DRAWING_NAMES.length; shown += size) await this.runOnce(backend, size);
    const [first, ...others] = this.#said.filter((said) => said !== undefined);
    if (first !== undefined && others.every((other) => distance(first, other) <= DIFFERENT))
      this.#fail(backend, `it says the same of ${others.length + 1} different pictures`);
  }

  #compare(backend: Backend, index: number, now: Float32Array, size: number): void {
    const before = this.#said[index];
    this.#said[index] = before ?? now;
    const moved = before === undefined ? 0 : distance(before, now);
    if (moved > SAME) this.#fail(backend, `in a batch of ${size} a picture gets another result than before (by ${moved.toFixed(3)})`);
  }

  #fail(backend: Backend, what: string): never {
    throw new FramewatchError(
      'MODEL_SELF_TEST_FAILED',
      `the model ${this.#model.name} does not compute on ${backend.name} (${backend.device}) as a network must: ${what}; ` +
        'check input and outputs in its manifest, or use another backend',
    );
  }
}

function distance(one: Float32Array, other: Float32Array): number {
  return one.reduce((largest, value, index) => Math.max(largest, Math.abs(value - (other[index] ?? Number.NaN))), 0);
}
