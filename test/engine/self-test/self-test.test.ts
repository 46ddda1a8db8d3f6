import { describe, expect, it } from 'vitest';
import type { Backend, LocalModel } from '../../../src/engine/backend.ts';
import { NO_NORMALISATION } from '../../../src/engine/network-source.ts';
import { digestOf } from '../../../src/engine/self-test/feature-digest.ts';
import { ModelSelfTest } from '../../../src/engine/self-test/self-test.ts';
import { drawTestPicture } from '../../../src/engine/self-test/test-picture.ts';

const SIZE = 4;
const PICTURES = [1, 2, 3].map((seed) => ({ drawing: 'ellipses', seed, expected: { a: seed / 10, b: 1 - seed / 10 }, features: null }));
const model: LocalModel = {
  name: 'puppet',
  sha256: '',
  labels: ['a', 'b'],
  inputSize: SIZE,
  featureSize: null,
  onnxFile: '',
  fit: 'stretch',
  source: { format: 'tfjs-layers', place: { kind: 'local', path: '' }, topologySha256: '' },
  input: { name: null, layout: 'nhwc', dtype: 'float32', colourOrder: 'rgb', normalisation: NO_NORMALISATION },
  outputs: { classes: 'p', kind: 'probabilities', features: null },
  selfTest: { tolerance: 0.01, featureTolerance: null, pictures: PICTURES },
};

/** Knows the three pictures by their bytes; `answer` may bend what it says about the one at a place of a batch of a size. */
function puppet(answer: (seed: number, place: number, size: number) => number = (seed) => seed / 10) {
  const known = PICTURES.map(({ drawing, seed }) => Buffer.from(drawTestPicture(drawing, seed, SIZE)).toString('hex'));
  /** Sizes of the batches, and seeds of the pictures in them. */
  const [ran, shown]: [number[], number[]] = [[], []];
  const backend: Backend = {
    name: 'onnx',
    device: 'cpu',
    precision: 'float32',
    threads: 1,
    async run(pixels, size) {
      ran.push(size);
      const length = pixels.length / size;
      const firsts = Array.from({ length: size }, (_, row) => {
        const seed = known.indexOf(Buffer.from(pixels.subarray(row * length, (row + 1) * length)).toString('hex')) + 1;
        shown.push(seed);
        return answer(seed, row, size);
      });
      return { probabilities: Float32Array.from(firsts.flatMap((first) => [first, 1 - first])), features: null };
    },
    async close() {},
  };
  return { ...backend, ran, shown };
}

describe('ModelSelfTest', () => {
  it('shows every picture in batches of a size', async () => {
    for (const [size, batches] of [
      [1, 3],
      [2, 2],
      [8, 1],
    ] as const) {
      const backend = puppet();
      await new ModelSelfTest(model).runAll(backend, size);
      expect(backend.ran).toEqual(Array(batches).fill(size));
      expect(new Set(backend.shown)).toEqual(new Set([1, 2, 3]));
    }
  });

  it('goes on with the next pictures from batch to batch', async () => {
    const backend = puppet();
    const selfTest = new ModelSelfTest(model);
    for (const size of [1, 2, 4]) await selfTest.runOnce(backend, size);
    expect(backend.shown).toEqual([1, 2, 3, 1, 2, 3, 1]);
    await selfTest.runOnce(backend, 1);
    expect(backend.shown.at(-1)).toBe(2);
  });

  it.each([
    ['in one place of a big batch only', (seed: number, place: number, size: number) => (size === 8 && place === 7 ? 0.9 : seed / 10)],
    ['for one picture only', (seed: number) => (seed === 3 ? 0.311 : seed / 10)],
    ['by a value that is not a number', (_: number, place: number) => (place === 1 ? Number.NaN : 0.1)],
  ])('catches a fault %s', async (_, answer) => {
    await expect(new ModelSelfTest(model).runOnce(puppet(answer), 8)).rejects.toMatchObject({ code: 'MODEL_SELF_TEST_FAILED' });
  });

  it('catches swapped labels and says what differs', async () => {
    const swapped = new ModelSelfTest({ ...model, labels: ['b', 'a'] });
    await expect(swapped.runAll(puppet(), 1)).rejects.toThrow(/drawing ellipses 1, place 1 of 1: b is 0\.1000, expected 0\.9000 ± 0\.01/);
  });

  it('lets differences within the tolerance pass', async () => {
    const backend = puppet((seed) => seed / 10 + 0.009);
    await expect(new ModelSelfTest(model).runAll(backend, 2)).resolves.toBeUndefined();
  });

  describe('with features', () => {
    const FEATURES = [1, 2, 3].map((seed) => Float32Array.from({ length: 64 }, (_, at) => (seed * (at + 3)) % 7));
    const pictures = PICTURES.map((picture, index) => ({ ...picture, features: digestOf(FEATURES[index] ?? expect.unreachable()) }));
    const withFeatures: LocalModel = { ...model, featureSize: 64, selfTest: { tolerance: 0.01, featureTolerance: 0.02, pictures } };

    /** Features as they should be of each picture, then bent; whether they were asked for is noted. */
    function seeing(bend: (values: Float32Array, place: number, size: number) => Float32Array = (values) => values) {
      const plain = puppet();
      const asked: (boolean | undefined)[] = [];
      const backend: Backend = {
        ...plain,
        async run(pixels, size, features) {
          asked.push(features);
          const output = await plain.run(pixels, size);
          const rows = plain.shown.slice(-size).map((seed, place) => bend(FEATURES[seed - 1] ?? expect.unreachable(), place, size));
          return { ...output, features: features === true ? Float32Array.from(rows.flatMap((row) => [...row])) : null };
        },
      };
      return { ...backend, asked };
    }
    const fails = (backend: Backend, size: number) => expect(new ModelSelfTest(withFeatures).runAll(backend, size)).rejects;

    it('asks for them and lets those pass that are as expected, at any size', async () => {
      for (const size of [1, 2, 8]) {
        const backend = seeing((values) => values.map((value) => value * 1.002));
        await new ModelSelfTest(withFeatures).runAll(backend, size);
        expect(new Set(backend.asked)).toEqual(new Set([true]));
      }
    });

    it.each([
      ['in another order', (values: Float32Array) => values.toReversed()],
      ['of another scale', (values: Float32Array) => values.map((value) => value * 1.05)],
      ['that are no numbers', (values: Float32Array) => values.map((value, at) => (at === 5 ? Number.NaN : value))],
      ['that are wrong in the last place of a batch only', (values: Float32Array, place: number) => (place === 7 ? values.toReversed() : values)],
    ])('catches features %s', async (_, bend) => {
      await fails(seeing(bend), 8).toMatchObject({
        code: 'MODEL_SELF_TEST_FAILED',
        message: expect.stringMatching(/the features are \S+ of their length away/),
      });
    });

    it('catches features of another length, and none', async () => {
      await fails(
        seeing((values) => values.subarray(1)),
        2,
      ).toThrow('it gives 63 features a picture, expected 64');
      await fails(puppet(), 2).toThrow('it gives 0 features a picture, expected 64');
    });

    it('expects none of a network that was quantised, and none where the manifest has none', async () => {
      const quantised = { ...puppet(), precision: 'int8' } as const;
      await expect(new ModelSelfTest(withFeatures).runAll(quantised, 2)).resolves.toBeUndefined();
      const backend = seeing();
      await new ModelSelfTest({ ...withFeatures, selfTest: model.selfTest }).runAll(backend, 2);
      expect(new Set(backend.asked)).toEqual(new Set([undefined]));
    });
  });

  it('refuses a model without a self-test', () => {
    expect(() => new ModelSelfTest({ ...model, selfTest: null })).toThrow(expect.objectContaining({ code: 'MODEL_INVALID' }));
  });
});
