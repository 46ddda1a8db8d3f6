import { expect, it } from 'vitest';
import type { EngineInput } from '../../../src/engine/engine.ts';
import { digestDistance, digestOf } from '../../../src/engine/self-test/feature-digest.ts';
import { askForGolden } from '../../../src/engine/self-test/golden-pictures.ts';
import { DRAWING_NAMES, drawTestPicture } from '../../../src/engine/self-test/test-picture.ts';

const SIZE = 16;
const BYTES = SIZE * SIZE * 3;

/** Judges by the mean of one colour: `red` sees swapped colours, their sum does not. */
const network = (see: (red: number, blue: number) => number) => (input: EngineInput) => {
  const rows = Array.from({ length: input.paddedTo }, (_, row) => {
    const sums = [0, 0, 0];
    input.pixels.subarray(row * BYTES, (row + 1) * BYTES).forEach((byte, at) => {
      sums[at % 3] = (sums[at % 3] ?? 0) + byte / (SIZE * SIZE * 255);
    });
    const score = see(sums[0] ?? 0, sums[2] ?? 0);
    return [score, 1 - score - 0.0004, 0.0004];
  });
  const features = Float32Array.from(rows.flatMap(([score = 0]) => [1, 2, 3, 4, 5, 6].map((factor) => factor * score)));
  return Promise.resolve({ probabilities: Float32Array.from(rows.flat()), features, inferenceMs: 1 });
};
const model = { labels: ['a', 'b', 'c'], inputSize: SIZE };

it('keeps one picture of each drawing with what was said of it, unlikely labels left out', async () => {
  const { selfTest, colourMargin, featureSize } = await askForGolden(
    network((red) => red),
    model,
  );
  expect(selfTest.pictures.map(({ drawing }) => drawing).sort()).toEqual([...DRAWING_NAMES].sort());
  expect(selfTest.featureTolerance).toBe(0.02);
  for (const { drawing, seed, expected, features } of selfTest.pictures) {
    const picture = drawTestPicture(drawing, seed, SIZE);
    const said = await network((red) => red)({ pixels: picture, count: 1, paddedTo: 1 });
    expect(expected['a'] ?? 0).toBeCloseTo(said.probabilities[0] ?? 0, 3);
    expect(digestDistance(digestOf(said.features), features ?? expect.unreachable())).toBeLessThan(1e-5);
    expect(Object.keys(expected)).not.toContain('c');
    expect(Object.values(expected).reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 2);
  }
  // A sunset is red.
  expect(colourMargin).toBeGreaterThan(10);
  expect(featureSize).toBe(6);
});

it('tells when swapped colours would go unnoticed', async () => {
  expect(
    (
      await askForGolden(
        network((red, blue) => (red + blue) / 2),
        model,
      )
    ).colourMargin,
  ).toBeLessThan(0.01);
});

it('expects probabilities that add up to 1 of a network that is as sure of a thousand labels', async () => {
  const labels = Array.from({ length: 960 }, (_, index) => `label ${index}`);
  const flat = ({ paddedTo }: EngineInput) =>
    Promise.resolve({ probabilities: new Float32Array(paddedTo * labels.length).fill(1 / labels.length), features: null, inferenceMs: 1 });
  const { selfTest } = await askForGolden(flat, { labels, inputSize: SIZE });
  expect(selfTest.featureTolerance).toBeNull();
  for (const { expected, features } of selfTest.pictures) {
    expect(features).toBeNull();
    const sum = Object.values(expected).reduce((total, value) => total + value, 0);
    expect(Math.abs(sum - 1)).toBeLessThan(0.006);
  }
});
