import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StreamClock } from '../../src/stream/stream-clock.ts';

/** Feeds decoding times at `fps`; the index of the packet at which the clock was found set back, or -1. */
function found(times: readonly (number | null)[], fps = 25): number {
  const clock = new StreamClock();
  return times.findIndex((dts, index) => clock.wentBack({ dts }, (index * 1000) / fps));
}

const steady = (count: number, from = 0, fps = 25) => Array.from({ length: count }, (_, index) => from + index / fps);

describe('StreamClock', () => {
  it('finds a clock that was set back, within a second or five packets', () => {
    expect(found([...steady(100, 3600), ...steady(100)]), 'as the decoder sees it').toBeLessThanOrEqual(100 + 26);
    expect(found([...steady(100), ...Array<number>(100).fill(99 / 25)]), "as ffmpeg's copy shows it").toBeLessThanOrEqual(100 + 26);
    expect(found([...steady(10, 3600, 1), ...steady(10, 0, 1)], 1)).toBe(14);
  });

  it('takes no jump forward, no slip and no missing time for it', () => {
    expect(found([...steady(50), ...steady(50, 3600)])).toBe(-1);
    const slips = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 20, maxLength: 100 });
    fc.assert(
      fc.property(slips, (back) => {
        expect(found(back.flatMap((by, index) => [index * 5, ...Array<number>(by).fill(index * 5 - by)]))).toBe(-1);
      }),
    );
    expect(found(Array<null>(100).fill(null))).toBe(-1);
  });
});
