import { describe, expect, it } from 'vitest';
import { strokeText } from '../../src/demo/stroke-font.ts';

const LETTERS = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:.-_/');

describe('strokeText', () => {
  it('draws every letter differently and inside its cell', () => {
    const paths = LETTERS.map((letter) => strokeText(letter, 0, 0, 60));
    expect(new Set(paths).size).toBe(LETTERS.length);
    for (const path of paths) {
      expect(path).toMatch(/^(M\d+\.\d \d+\.\d(L\d+\.\d \d+\.\d)+)+$/);
      const points = [...path.matchAll(/([\d.]+) ([\d.]+)/g)];
      expect(Math.max(...points.map(([, x]) => Number(x)))).toBeLessThanOrEqual(40);
      expect(Math.max(...points.map(([, , y]) => Number(y)))).toBeLessThanOrEqual(60);
    }
  });

  it('writes letters one after the other, small ones as capitals, unknown ones blank', () => {
    expect(strokeText('aé b', 0, 0, 6)).toBe(strokeText('A', 0, 0, 6) + strokeText('B', 3 * 5.6, 0, 6));
  });
});
