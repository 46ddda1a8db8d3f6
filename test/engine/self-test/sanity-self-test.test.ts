import { describe, expect, it } from 'vitest';
import type { Backend, LocalModel } from '../../../src/engine/backend.ts';
import { NO_NORMALISATION } from '../../../src/engine/network-source.ts';
import { SanitySelfTest } from '../../../src/engine/self-test/sanity-self-test.ts';
import { ModelSelfTest } from '../../../src/engine/self-test/self-test.ts';
import { selfTestOf } from '../../../src/engine/self-test/self-test-choice.ts';

const SIZE = 16;
const model: LocalModel = {
  ...{ name: 'puppet', sha256: '', labels: ['a', 'b', 'c'], inputSize: SIZE, fit: 'stretch', featureSize: null, onnxFile: '' },
  source: { format: 'onnx', place: { kind: 'local', path: '' } },
  input: { name: 'x', layout: 'nchw', dtype: 'float32', colourOrder: 'rgb', normalisation: NO_NORMALISATION },
  outputs: { classes: 'p', kind: 'probabilities', features: null },
  selfTest: null,
};

/** Its probabilities follow the picture's mean brightness; `bend` may change the row at a place of a batch of a size. */
function puppet(bend: (row: number[], place: number, size: number) => number[] = (row) => row): Backend {
  return {
    ...{ name: 'onnx', device: 'cpu', precision: 'float32', threads: 1 },
    async run(pixels, size) {
      const length = pixels.length / size;
      const rows = Array.from({ length: size }, (_, place) => {
        const mean = pixels.subarray(place * length, (place + 1) * length).reduce((sum, byte) => sum + byte, 0) / length / 255;
        return bend([mean, 1 - mean, 0], place, size);
      });
      return { probabilities: Float32Array.from(rows.flat()), features: null };
    },
    close: () => Promise.resolve(),
  };
}

async function testAll(backend: Backend): Promise<void> {
  const selfTest = new SanitySelfTest(model);
  await selfTest.runAll(backend, 1);
  for (const size of [2, 4, 8, 3]) await selfTest.runOnce(backend, size);
}

describe('SanitySelfTest', () => {
  it('passes a network that sees its pictures', async () => {
    await expect(testAll(puppet())).resolves.toBeUndefined();
  });

  it.each([
    ['that says the same of every picture', puppet(() => [0.2, 0.3, 0.5]), 'it says the same of 4 different pictures'],
    ['whose scores are no probabilities', puppet(([a = 0, b = 0]) => [a, b, 0.5]), 'add up to'],
    ['that gives what is not a number', puppet(() => [Number.NaN, 0, 1]), 'add up to NaN'],
    [
      'that gives another result in the last place of a batch of 8',
      puppet((row, place, size) => (size === 8 && place === 7 ? [1, 0, 0] : row)),
      'in a batch of 8 a picture gets another result',
    ],
    ['that gives too few scores', puppet((row) => row.slice(1)), '8 scores for 4 pictures'],
  ])('refuses one %s', async (_, backend, message) => {
    const failing = _.includes('too few') ? new SanitySelfTest(model).runOnce(backend, 4) : testAll(backend);
    await expect(failing).rejects.toMatchObject({ code: 'MODEL_SELF_TEST_FAILED', message: expect.stringContaining(message) });
  });

  it('is taken only where no results are expected', () => {
    expect(selfTestOf(model)).toBeInstanceOf(SanitySelfTest);
    const pictures = [{ drawing: 'skin', seed: 1, expected: { a: 1 }, features: null }];
    expect(selfTestOf({ ...model, selfTest: { tolerance: 0.01, featureTolerance: null, pictures } })).toBeInstanceOf(ModelSelfTest);
  });
});
