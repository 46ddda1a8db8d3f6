import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bar, latencyBar, table } from '../../src/bench/plot.ts';

describe('bar', () => {
  it('is as long as its value, to an eighth of a column', () => {
    expect(bar(4, 4, 4)).toBe('████');
    expect(bar(1, 4, 4)).toBe('█');
    expect(bar(1.5, 4, 4)).toBe('█▌');
    expect([bar(0, 4, 4), bar(-1, 4, 4), bar(Number.NaN, 4, 4), bar(3, 0, 4)]).toEqual(['', '', '', '']);
    expect(bar(9, 4, 4)).toBe('████');
  });
});

describe('latencyBar', () => {
  it('shows median, p99 and the bound in its middle', () => {
    expect(latencyBar(100, 300, 500, 10)).toBe('█▒▒  │    ');
    expect(latencyBar(600, 800, 500, 10)).toBe('█████╂▒▒  ');
    expect(latencyBar(600, 2000, 500, 10)).toBe('█████╂▒▒▒▶');
  });

  it('is always as wide as asked', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1e7, noNaN: true }),
        fc.double({ min: 0, max: 1e7, noNaN: true }),
        fc.integer({ min: 4, max: 80 }),
        (p50, p99, width) => {
          expect(latencyBar(p50, p99, 500, width)).toHaveLength(width);
        },
      ),
    );
  });
});

it('aligns rows of any length', () => {
  expect(table([['a', 'bb', 'x'], ['ccc', 'd', 'y z'], ['e']])).toEqual(['a    bb  x', 'ccc   d  y z', 'e']);
});
