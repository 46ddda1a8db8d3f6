import { describe, expect, it } from 'vitest';
import { walk } from '../../../src/dashboard/wall/arrow-walk.ts';

/** Three columns, and a second group that begins a new row: 0 1 2 / 3 | 4 5 6 */
const box = (column: number, row: number) => ({ left: column * 100, top: row * 80, width: 90, height: 70 });
const boxes = [box(0, 0), box(1, 0), box(2, 0), box(0, 1), box(0, 2.5), box(1, 2.5), box(2, 2.5)];

describe('walk', () => {
  it.each([
    [0, 'ArrowRight', 1],
    [2, 'ArrowRight', 3],
    [6, 'ArrowRight', 6],
    [0, 'ArrowLeft', 0],
    [4, 'ArrowLeft', 3],
    [1, 'ArrowDown', 3],
    [3, 'ArrowDown', 4],
    [6, 'ArrowUp', 3],
    [3, 'ArrowUp', 0],
    [0, 'ArrowUp', 0],
    [5, 'ArrowDown', 5],
    [4, 'Home', 0],
    [1, 'End', 6],
    [1, 'a', 1],
    [9, 'ArrowDown', 9],
  ])('from %i by %s to %i', (from, key, to) => {
    expect(walk(boxes, from, key)).toBe(to);
  });
});
