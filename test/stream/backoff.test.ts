import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { authRetryMs, backoffMs, FIRST_LIMIT_MS, failuresAfter, HEALTHY_AFTER_MS, LONGEST_LIMIT_MS } from '../../src/stream/backoff.ts';

const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('backoff', () => {
  it('is a random part of a limit that doubles from 1 s to 60 s', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), random, (failures, luck) => {
        const limit = Math.min(LONGEST_LIMIT_MS, FIRST_LIMIT_MS * 2 ** (failures - 1));
        expect(backoffMs(failures, luck)).toBe(luck * limit);
      }),
    );
  });

  it('begins anew only after a minute of frames', () => {
    expect(failuresAfter(7, HEALTHY_AFTER_MS - 1)).toBe(8);
    expect(failuresAfter(7, HEALTHY_AFTER_MS)).toBe(1);
  });

  it('tries a refused login at most 12 times in 10 minutes, whatever the luck', () => {
    fc.assert(
      fc.property(fc.array(random, { minLength: 20, maxLength: 20 }), (luck) => {
        let at = 0;
        const tries = [0, ...luck.map((one, index) => (at += authRetryMs(index + 1, one)))];
        expect(tries.filter((time) => time < 600_000).length).toBeLessThanOrEqual(12);
        expect(authRetryMs(50, 0)).toBe(300_000);
      }),
    );
  });
});
