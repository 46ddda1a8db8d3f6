import fc from 'fast-check';
import { expect, it } from 'vitest';
import { reconnectPauseMs } from '../../src/sinks/reconnect-policy.ts';

const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

it('doubles from half a second to half a minute, never under half of that', () => {
  for (const [failures, ceiling] of [
    [1, 500],
    [2, 1_000],
    [3, 2_000],
    [7, 30_000],
    [500, 30_000],
  ] as const) {
    expect(reconnectPauseMs('unreachable', failures, 0)).toBe(ceiling / 2);
    expect(reconnectPauseMs('unreachable', failures, 1)).toBe(ceiling);
  }
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10_000 }), random, (failures, chance) => {
      const pause = reconnectPauseMs('unreachable', failures, chance);
      expect(pause).toBeGreaterThanOrEqual(250);
      expect(pause).toBeLessThanOrEqual(30_000);
    }),
  );
});

it('tries at most once a minute what was refused', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 100 }), random, (failures, chance) => reconnectPauseMs('refused', failures, chance) >= 60_000));
});
