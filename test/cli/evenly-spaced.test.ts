import fc from 'fast-check';
import { expect, it } from 'vitest';
import { EvenlySpaced } from '../../src/cli/evenly-spaced.ts';

function kept(most: number, count: number): readonly number[] {
  const spaced = new EvenlySpaced<number>(most);
  for (let item = 0; item < count; item++) {
    if (spaced.isWanted) spaced.add(item);
    else spaced.skip();
  }
  return spaced.items;
}

it('keeps all that there are while they are few', () => expect(kept(4, 4)).toEqual([0, 1, 2, 3]));

it('keeps at most as many as are wanted and at least half of them, all as far apart, from the first to nearly the last', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 2000 }), (most, count) => {
      const items = kept(most, count);
      const step = (items[1] ?? 1) - (items[0] ?? 0);
      expect(items.length).toBeLessThanOrEqual(most);
      expect(items.length * 2).toBeGreaterThanOrEqual(Math.min(most, count));
      expect(items).toEqual(items.map((_, index) => index * step));
      if (items.length > 1) expect(count - (items.at(-1) ?? 0)).toBeLessThanOrEqual(step);
    }),
  );
});
