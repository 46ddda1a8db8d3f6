import fc from 'fast-check';
import { expect, it } from 'vitest';
import { roundScore, ruleScore, topLabels } from '../../src/events/scores.ts';

const SCORES = [
  { label: 'Neutral', score: 0.60004 },
  { label: 'Sexy', score: 0.29996 },
  { label: 'Porn', score: 0.1 },
];

it('adds up the labels of the rule and names the strongest of them', () => {
  expect(ruleScore(['Porn', 'Sexy'], SCORES)).toEqual({ label: 'Sexy', score: 0.4 });
});

it('counts a label that the network does not know as 0', () => {
  expect(ruleScore(['gate/open'], SCORES)).toEqual({ label: 'gate/open', score: 0 });
});

it('keeps scores within 0…1 with four decimals', () => {
  fc.assert(
    fc.property(fc.double({ min: -0.1, max: 1.1, noNaN: true }), (score) => {
      const rounded = roundScore(score);
      expect(rounded).toBeGreaterThanOrEqual(0);
      expect(rounded).toBeLessThanOrEqual(1);
      expect(Number(rounded.toFixed(4))).toBe(rounded);
    }),
  );
});

it('names at most five labels', () => {
  const thousand = Array.from({ length: 1_000 }, (_, index) => ({ label: `n${index}`, score: 0.001 }));
  expect(topLabels(thousand)).toHaveLength(5);
  expect(topLabels(SCORES)[0]).toEqual({ label: 'Neutral', score: 0.6 });
});
