import { expect, it } from 'vitest';
import { digestDistance, digestOf, PROJECTIONS } from '../../../src/engine/self-test/feature-digest.ts';
import { noise } from '../../helpers/small-model.ts';

/** As behind a rectifier and a pooling: nothing below 0, much near it. */
const features = (seed: number) => Float32Array.from(noise(2048, seed), (byte) => Math.max(0, byte - 80) / 1000);

it('is the length and eight sums with signs, of which none is the same as another', () => {
  const one = digestOf(Float32Array.of(3, 0, -4));
  expect(one.norm).toBe(5);
  expect(one.projections).toHaveLength(PROJECTIONS);
  for (const projection of one.projections) expect([-7, -1, 1, 7]).toContain(projection);
  expect(new Set(digestOf(features(1)).projections).size).toBe(PROJECTIONS);
});

it('is the same on every machine', () => {
  expect(digestOf(Float32Array.from({ length: 12 }, (_, index) => 2 ** index)).projections).toEqual([827, 783, -1857, -3743, 1539, 11, 161, -2893]);
});

it('is moved by what moves the features, whatever it is: by a third of its length at least', () => {
  for (let seed = 1; seed <= 50; seed += 1) {
    const before = features(seed);
    const changes = [
      before.map((value) => value * 1.3),
      before.toReversed(),
      before.map((_, at) => before[(at + 1) % before.length] ?? 0),
      before.map((value, at) => (at % 10 === 0 ? 0 : value)),
      features(seed + 100),
    ];
    for (const after of changes) {
      const share = Math.hypot(...before.map((value, at) => value - (after[at] ?? 0))) / digestOf(before).norm;
      expect(digestDistance(digestOf(before), digestOf(after))).toBeGreaterThan(share / 3);
    }
  }
});

it('is moved by rounding as little as the features are', () => {
  for (let seed = 1; seed <= 50; seed += 1) {
    const before = features(seed);
    const rounded = before.map((value) => value * (1 + (Math.round(value * 1e6) % 2 === 0 ? 1e-3 : -1e-3)));
    expect(digestDistance(digestOf(before), digestOf(rounded))).toBeLessThan(0.005);
  }
});

it('is nowhere near when a value is not a number, or when too few were expected', () => {
  const digest = digestOf(features(1));
  expect(digestDistance(digest, digestOf(Float32Array.of(Number.NaN, 1)))).toBeNaN();
  expect(digestDistance(digest, { norm: digest.norm, projections: [] })).toBeNaN();
});
