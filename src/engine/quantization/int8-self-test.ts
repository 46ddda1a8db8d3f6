import { FramewatchError, hasCode } from '../../util/errors.ts';
import type { Backend, LocalModel, SelfTest } from '../backend.ts';
import type { SelfTestKind } from '../engine.ts';
import { type BatchSelfTest, ModelSelfTest } from '../self-test/self-test.ts';

/**
 * How far a probability of the int8 network may be from float32's on the drawn pictures: rounding moves them by at most 0.005 in the bundled model, swapped colours by 0.18 and more.
 */
export const INT8_TOLERANCE = 0.05;

/** The float network's test with a wider tolerance. The manifest's results go before those that were written when the int8 graph was made. */
export class Int8SelfTest implements BatchSelfTest {
  readonly kind: SelfTestKind;
  readonly #model: LocalModel;
  readonly #test: ModelSelfTest;

  constructor(model: LocalModel, recorded: SelfTest) {
    const { tolerance, pictures } = model.selfTest ?? recorded;
    // Its own float network vouches for an unverified model, and nobody for that one.
    this.kind = model.selfTest === null ? 'sanity' : 'golden';
    this.#model = model;
    this.#test = new ModelSelfTest({ ...model, selfTest: { tolerance: Math.max(tolerance, INT8_TOLERANCE), featureTolerance: null, pictures } });
  }

  runOnce(backend: Backend, size: number): Promise<void> {
    return this.#test.runOnce(backend, size).catch((error: unknown) => this.#explain(error));
  }

  runAll(backend: Backend, size: number): Promise<void> {
    return this.#test.runAll(backend, size).catch((error: unknown) => this.#explain(error));
  }

  #explain(error: unknown): never {
    if (!hasCode(error, 'MODEL_SELF_TEST_FAILED')) throw error;
    throw new FramewatchError(
      'MODEL_SELF_TEST_FAILED',
      `the int8 form: ${error.message}; or run \`framewatch models quantize ${this.#model.name}\` again, or set engine.precision to float32`,
      { cause: error },
    );
  }
}
