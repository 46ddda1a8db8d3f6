import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dilatedExtent, windowAxis } from '../../../src/engine/conversion/window-geometry.ts';

describe('windowAxis', () => {
  it('gives the sizes of an Inception stem: 299 → 149 → 147 → 147 → 73', () => {
    expect(windowAxis(299, 3, 2, 'valid').length).toBe(149);
    expect(windowAxis(149, 3, 1, 'valid').length).toBe(147);
    expect(windowAxis(147, 3, 1, 'same')).toEqual({ length: 147, before: 1, behind: 1 });
    expect(windowAxis(147, 3, 2, 'valid').length).toBe(73);
  });

  it('puts the odd pixel of padding behind', () => {
    expect(windowAxis(8, 3, 2, 'same')).toEqual({ length: 4, before: 0, behind: 1 });
    expect(windowAxis(8, 4, 1, 'same')).toEqual({ length: 8, before: 1, behind: 2 });
  });

  it('covers the axis: the last window begins inside it and ends at the end of the padding, or before', () => {
    const positive = (max: number) => fc.integer({ min: 1, max });
    fc.assert(
      fc.property(positive(300), positive(11), positive(5), (length, window, stride) => {
        const { length: results, before, behind } = windowAxis(length, window, stride, 'same');
        expect(results).toBe(Math.ceil(length / stride));
        const lastStart = (results - 1) * stride - before;
        expect(lastStart).toBeLessThan(length);
        expect(lastStart + window).toBeLessThanOrEqual(length + behind);
        expect(behind - before === 0 || behind - before === 1).toBe(true);
      }),
    );
  });
});

it('dilatedExtent counts the gaps', () => {
  expect(dilatedExtent(3, 1)).toBe(3);
  expect(dilatedExtent(3, 2)).toBe(5);
  expect(dilatedExtent(1, 7)).toBe(1);
});
