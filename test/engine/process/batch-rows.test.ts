import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gather, halves, ladderBelow, portions, sizeFor } from '../../../src/engine/process/batch-rows.ts';

describe('the rows of a batch', () => {
  it('run at the smallest size that holds them', () => {
    expect([1, 2, 3, 9, 16, 17].map((count) => sizeFor([1, 2, 4, 8, 16], count))).toEqual([1, 2, 4, 16, 16, 16]);
    expect(sizeFor([4, 8], 1)).toBe(4);
  });

  it('lose none and double none when they are cut', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { minLength: 2 }), fc.integer({ min: 1, max: 20 }), (rows, most) => {
        const [first, second] = halves(rows);
        expect([...first, ...second]).toEqual(rows);
        expect(second.length).toBeGreaterThan(0);
        expect(first.length - second.length).toBeLessThanOrEqual(1);
        expect(portions(rows, most).flat()).toEqual(rows);
        expect(Math.max(...portions(rows, most).map((part) => part.length))).toBeLessThanOrEqual(most);
      }),
    );
  });

  it('fall below a size at which memory ended, but not below the smallest', () => {
    expect(ladderBelow([1, 2, 4, 8], 8)).toEqual([1, 2, 4]);
    expect(ladderBelow([1, 2, 4, 8], 2)).toEqual([1]);
    expect(ladderBelow([1, 2], 1)).toEqual([1]);
  });

  it('are gathered in order, padded with zeros only, and not copied where they lie so already', () => {
    // Five pictures of one pixel (1…5), then three of padding.
    const pixels = Uint8Array.from([1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    const firsts = (rows: readonly number[], size: number) => [...gather(pixels, 5, rows, size, 3)].filter((_, index) => index % 3 === 0);
    expect(firsts([0, 1, 2, 3, 4], 8)).toEqual([1, 2, 3, 4, 5, 0, 0, 0]);
    expect(firsts([0, 1, 2], 4)).toEqual([1, 2, 3, 0]);
    expect(firsts([0, 3], 2)).toEqual([1, 4]);
    expect(firsts([3, 4], 8)).toEqual([4, 5, 0, 0, 0, 0, 0, 0]);
    const shared = (rows: readonly number[], size: number) => gather(pixels, 5, rows, size, 3).buffer === pixels.buffer;
    expect([shared([0, 1, 2, 3, 4], 8), shared([1, 2], 2), shared([0, 1, 2], 4), shared([3, 4], 8)]).toEqual([true, true, false, false]);
  });
});
