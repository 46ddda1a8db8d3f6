import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { virtualWindow } from '../../../src/dashboard/ui/virtual-window.ts';

describe('virtualWindow', () => {
  it('draws what is seen and some around it, and keeps the height of the whole', () => {
    expect(virtualWindow({ count: 1000, rowPx: 50, scrollPx: 5000, heightPx: 600, spare: 4 })).toEqual({
      first: 96,
      end: 116,
      beforePx: 4800,
      afterPx: 44_200,
    });
    fc.assert(
      fc.property(fc.nat(20_000), fc.nat(1_000_000), fc.nat(3000), (count, scrollPx, heightPx) => {
        const { first, end, beforePx, afterPx } = virtualWindow({ count, rowPx: 40, scrollPx, heightPx, spare: 5 });
        expect(beforePx + (end - first) * 40 + afterPx).toBe(count * 40);
        expect(end - first).toBeLessThanOrEqual(Math.ceil(heightPx / 40) + 11);
        for (let row = 0; row < count; row += 997) {
          const isSeen = row * 40 + 40 > scrollPx && row * 40 < scrollPx + heightPx;
          if (isSeen) expect(row >= first && row < end).toBe(true);
        }
      }),
    );
  });
});
