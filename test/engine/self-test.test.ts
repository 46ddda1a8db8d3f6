import { describe, expect, it } from 'vitest';
import type { Backend, LocalModel } from '../../src/engine/backend.ts';
import { runSelfTest } from '../../src/engine/self-test.ts';
import { drawTestPicture } from '../../src/engine/test-picture.ts';

const SIZE = 4;
const PICTURES = [1, 2, 3].map((seed) => ({ drawing: 'ellipses', seed, expected: { a: seed / 10, b: 1 - seed / 10 } }));
const model: LocalModel = {
  name: 'puppet',
  sha256: '',
  labels: ['a', 'b'],
  inputSize: SIZE,
  featureSize: null,
  onnxFile: '',
  layersModel: { kind: 'folder', path: '', topologySha256: '', outputLayers: { probabilities: 'p', features: null }, colourOrder: 'rgb' },
  normalisation: { mean: 0, scale: 1 },
  selfTest: { tolerance: 0.01, pictures: PICTURES },
};

/** Knows the three pictures by their bytes; `answer` may bend what it says about the one at a place of a batch of a size. */
function puppet(answer: (seed: number, place: number, size: number) => number = (seed) => seed / 10): Backend & { readonly ran: number[] } {
  const known = PICTURES.map(({ drawing, seed }) => Buffer.from(drawTestPicture(drawing, seed, SIZE)).toString('hex'));
  const ran: number[] = [];
  return {
    name: 'onnx',
    device: 'cpu',
    precision: 'float32',
    threads: 1,
    ran,
    async run(pixels, size) {
      ran.push(size);
      const length = pixels.length / size;
      const firsts = Array.from({ length: size }, (_, row) => {
        const seed = known.indexOf(Buffer.from(pixels.subarray(row * length, (row + 1) * length)).toString('hex')) + 1;
        return answer(seed, row, size);
      });
      return { probabilities: Float32Array.from(firsts.flatMap((first) => [first, 1 - first])), features: null };
    },
    async close() {},
  };
}

describe('runSelfTest', () => {
  it('shows every picture at every size', async () => {
    const backend = puppet();
    await runSelfTest(backend, model, [1, 2, 8]);
    expect(backend.ran).toEqual([1, 1, 1, 2, 2, 8]);
  });

  it.each([
    ['in one place of a big batch only', (seed: number, place: number, size: number) => (size === 8 && place === 7 ? 0.9 : seed / 10)],
    ['for one picture only', (seed: number) => (seed === 3 ? 0.311 : seed / 10)],
    ['by a value that is not a number', (seed: number, place: number) => (place === 1 ? Number.NaN : seed / 10)],
  ])('catches a fault %s', async (_, answer) => {
    await expect(runSelfTest(puppet(answer), model, [1, 8])).rejects.toMatchObject({ code: 'MODEL_SELF_TEST_FAILED' });
  });

  it('catches swapped labels and says what differs', async () => {
    const swapped = { ...model, labels: ['b', 'a'] };
    await expect(runSelfTest(puppet(), swapped, [1])).rejects.toThrow(/drawing ellipses 1, place 1 of 1: b is 0\.1000, expected 0\.9000 ± 0\.01/);
  });

  it('lets differences within the tolerance pass', async () => {
    await expect(
      runSelfTest(
        puppet((seed) => seed / 10 + 0.009),
        model,
        [2],
      ),
    ).resolves.toBeUndefined();
  });

  it('refuses a model without a self-test', async () => {
    const { selfTest: _, ...without } = model;
    await expect(runSelfTest(puppet(), without, [1])).rejects.toMatchObject({ code: 'MODEL_INVALID' });
  });
});
