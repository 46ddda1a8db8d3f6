import { FramewatchError } from '../../util/errors.ts';
import type { Backend, LocalModel, SelfTest } from '../backend.ts';
import type { SelfTestKind } from '../engine.ts';
import { digestDistance, digestOf } from './feature-digest.ts';
import { drawTestPicture } from './test-picture.ts';

/** Shows a network pictures that the program draws itself, in batches of any size, and judges what it says. */
export interface BatchSelfTest {
  readonly kind: SelfTestKind;
  /** One batch of `size` pictures. Throws FramewatchError MODEL_SELF_TEST_FAILED with what is wrong, or what `run` throws. */
  runOnce(backend: Backend, size: number): Promise<void>;
  /** As many batches of `size` as show every picture. Throws like `runOnce`. */
  runAll(backend: Backend, size: number): Promise<void>;
}

/**
 * A model's own test pictures, drawn once, and what the network must say about them. Catches what a hash cannot: swapped labels or colours, another
 * normalisation, a device that computes wrongly, at one batch size only perhaps.
 */
export class ModelSelfTest implements BatchSelfTest {
  readonly kind = 'golden';
  readonly #model: LocalModel;
  readonly #selfTest: SelfTest;
  #pictures: readonly Uint8Array[] | undefined;
  #next = 0;

  /** Throws FramewatchError MODEL_INVALID for a model without a self-test. */
  constructor(model: LocalModel) {
    const { selfTest } = model;
    if (selfTest === null || selfTest.pictures.length === 0) throw new FramewatchError('MODEL_INVALID', `the model ${model.name} has no self-test`);
    this.#model = model;
    this.#selfTest = selfTest;
  }

  /**
   * One batch of `size` pictures, beginning with the one after the last that was shown: round and round, so that every size sees others.
   * Throws FramewatchError MODEL_SELF_TEST_FAILED with what differed, or what `run` throws.
   */
  async runOnce(backend: Backend, size: number): Promise<void> {
    const pictures = this.#draw();
    const shown = Array.from({ length: size }, (_, row) => (this.#next + row) % pictures.length);
    this.#next = (this.#next + size) % pictures.length;
    const pixels = Buffer.concat(shown.map((index) => pictures[index] ?? new Uint8Array()));
    // What quantisation does to features is for those who quantise to say: nothing is expected of them here.
    if (this.#selfTest.featureTolerance === null || backend.precision !== 'float32') {
      this.#checkProbabilities((await backend.run(pixels, size)).probabilities, shown, backend);
      return;
    }
    // Asked for in these runs only, whether or not they are wanted later.
    const { probabilities, features } = await backend.run(pixels, size, true);
    this.#checkProbabilities(probabilities, shown, backend);
    this.#checkFeatures(features, shown, this.#selfTest.featureTolerance, backend);
  }

  /** As many batches of `size` as show every picture. Throws like `runOnce`. */
  async runAll(backend: Backend, size: number): Promise<void> {
    for (let shown = 0; shown < this.#selfTest.pictures.length; shown += size) await this.runOnce(backend, size);
  }

  #draw(): readonly Uint8Array[] {
    this.#pictures ??= this.#selfTest.pictures.map(({ drawing, seed }) => drawTestPicture(drawing, seed, this.#model.inputSize));
    return this.#pictures;
  }

  #checkProbabilities(probabilities: Float32Array, shown: readonly number[], backend: Backend): void {
    const { labels } = this.#model;
    const { tolerance, pictures } = this.#selfTest;
    for (const [row, index] of shown.entries()) {
      const picture = pictures[index];
      for (const [column, label] of labels.entries()) {
        const expected = picture?.expected[label] ?? 0;
        const actual = probabilities[row * labels.length + column] ?? Number.NaN;
        // Written so that a value that is not a number fails as well.
        if (Math.abs(actual - expected) <= tolerance) continue;
        this.#fail(backend, row, shown, `${label} is ${actual.toFixed(4)}, expected ${expected.toFixed(4)} ± ${tolerance}`);
      }
    }
  }

  #checkFeatures(features: Float32Array | null, shown: readonly number[], tolerance: number, backend: Backend): void {
    const length = this.#model.featureSize ?? 0;
    if (features?.length !== shown.length * length)
      this.#fail(backend, 0, shown, `it gives ${(features?.length ?? 0) / shown.length} features a picture, expected ${length}`);
    for (const [row, index] of shown.entries()) {
      const expected = this.#selfTest.pictures[index]?.features ?? null;
      const moved = expected === null ? 0 : digestDistance(expected, digestOf(features.subarray(row * length, (row + 1) * length)));
      if (!(moved <= tolerance))
        this.#fail(backend, row, shown, `the features are ${moved.toFixed(4)} of their length away from what is expected, more than ${tolerance}`);
    }
  }

  #fail(backend: Backend, row: number, shown: readonly number[], what: string): never {
    const picture = this.#selfTest.pictures[shown[row] ?? 0];
    throw new FramewatchError(
      'MODEL_SELF_TEST_FAILED',
      `the model ${this.#model.name} does not compute what it should on ${backend.name} (${backend.device}): drawing ${picture?.drawing ?? '?'} ${picture?.seed ?? ''}, ` +
        `place ${row + 1} of ${shown.length}: ${what}; ` +
        'check labels, outputs, colour order and normalisation in its manifest, or use another backend',
    );
  }
}
