import { expect, it } from 'vitest';
import { explanationOf } from '../../src/events/explanation.ts';

const NUMBERS = {
  ...{ labels: ['Porn', 'Sexy'], enter: 0.8, minFrames: 2, enterForMs: 0, exit: 0.6 },
  ...{ offDelayMs: 3_000, cooldownMs: 30_000, maxDurationMs: 0 },
};
const RULE = { id: 'unsafe', regions: ['full'], ...NUMBERS };
const WALL = Date.UTC(2026, 0, 1);

it('carries the numbers of the rule and the frames that decided, as plain JSON', () => {
  const frames = [
    { mono: 5, wall: WALL, sequence: 7, score: 0.8123 },
    { mono: 505, wall: WALL + 500, sequence: 8, score: 0.9 },
  ];
  const explanation = explanationOf(RULE, { kind: 'entered', frames, count: 2, spanMs: 500 });
  expect(explanation).toEqual({
    rule: NUMBERS,
    because: {
      ...{ kind: 'entered', count: 2, spanMs: 500 },
      frames: [
        { sequence: 7, at: '2026-01-01T00:00:00.000Z', score: 0.8123 },
        { sequence: 8, at: '2026-01-01T00:00:00.500Z', score: 0.9 },
      ],
    },
  });
  expect(JSON.parse(JSON.stringify(explanation))).toEqual(explanation);
});

it('repeats what is no matter of frames', () => {
  for (const cause of [
    { kind: 'peakRose', from: 0.8, to: 0.9 },
    { kind: 'goesOn', sinceMs: 10_100 },
    { kind: 'maxDuration', durationMs: 60_000 },
    { kind: 'outside', reason: 'shutdown' },
  ] as const)
    expect(explanationOf(RULE, cause).because).toEqual(cause);
});
