import { describe, expect, it } from 'vitest';
import { Ring } from '../../../src/dashboard/state/ring.ts';

describe('Ring', () => {
  it('keeps the newest, oldest first', () => {
    const ring = new Ring<number>(3);
    expect([ring.newest(), ring.toArray()]).toEqual([undefined, []]);
    for (let item = 1; item <= 7; item += 1) {
      ring.push(item);
      expect(ring.newest()).toBe(item);
    }
    expect([ring.length, ring.toArray()]).toEqual([3, [5, 6, 7]]);
    ring.clear();
    ring.push(8);
    expect([ring.newest(), ring.toArray()]).toEqual([8, [8]]);
  });
});
