import fc from 'fast-check';
import { expect, it } from 'vitest';
import { reconnectPauseMs } from '../../src/sinks/reconnect-policy.ts';

const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

it('doubles from half a second to half a minute, never under half of that', () => {
  expect([1, 2, 3, 7, 500].map((failures) => reconnectPauseMs('unreachable', failures, 0.999999))).toEqual(
    [500, 1_000, 2_000, 30_000, 30_000].map((ceiling) => expect.closeTo(ceiling, -1)),
  );
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
