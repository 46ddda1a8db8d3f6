import { expect, it } from 'vitest';
import { sha256 } from '../../../src/engine/models/sha256.ts';
import { DRAWING_NAMES, drawTestPicture } from '../../../src/engine/self-test/test-picture.ts';

// The expected probabilities of every manifest stand on these very bytes: a change here makes them all wrong.
it('draws the same bytes on every machine', () => {
  const drawn = Object.fromEntries(DRAWING_NAMES.map((name) => [name, sha256(drawTestPicture(name, 1, 64)).slice(0, 12)]));
  expect(drawn).toMatchInlineSnapshot(`
    {
      "ellipses": "298c2fc7847c",
      "skin": "88d47923cf69",
      "strokes": "5055907a922d",
      "sunset": "26706418f58b",
    }
  `);
});

it('draws another picture for another seed', () => {
  for (const name of DRAWING_NAMES) expect(Buffer.compare(drawTestPicture(name, 1, 32), drawTestPicture(name, 2, 32))).not.toBe(0);
});

it('fills the picture at any size', () => {
  for (const size of [1, 17]) expect(drawTestPicture('skin', 1, size)).toHaveLength(size * size * 3);
});

it('refuses a drawing that does not exist', () => {
  expect(() => drawTestPicture('portrait', 1, 8)).toThrow(/portrait; known are ellipses/);
});
