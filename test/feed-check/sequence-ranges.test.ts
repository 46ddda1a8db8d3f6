import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SequenceRanges } from '../../src/feed-check/sequence-ranges.ts';

const number = fc.integer({ min: 1, max: 60 });

describe('SequenceRanges', () => {
  it('knows what a set knows, whatever comes in whatever order', () => {
    const step = fc.oneof(
      number.map((at) => [at, at] as const),
      fc.tuple(number, fc.integer({ min: 0, max: 9 })).map(([at, more]) => [at, at + more] as const),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), number, number, (steps, first, second) => {
        const [ranges, set] = [new SequenceRanges(1000), new Set<number>()];
        for (const [from, to] of steps) {
          if (from === to) expect(ranges.add(from)).toBe(!set.has(from));
          else ranges.fill(from, to);
          for (let at = from; at <= to; at += 1) set.add(at);
        }
        const sorted = [...set].sort((a, b) => a - b);
        expect([ranges.lowest, ranges.highest]).toEqual([sorted[0] ?? null, sorted.at(-1) ?? null]);
        const [from, to] = [Math.min(first, second), Math.max(first, second)];
        const missing = ranges.missing(from, to).flatMap((hole) => Array.from({ length: hole.to - hole.from + 1 }, (_, index) => hole.from + index));
        expect(missing).toEqual(Array.from({ length: to - from + 1 }, (_, index) => from + index).filter((at) => !set.has(at)));
        for (const hole of ranges.missing(from, to)) expect(ranges.has(hole.from - 1) || hole.from === from).toBe(true);
      }),
    );
  });

  it('keeps so many ranges at most, closes the lowest hole for another, and says which', () => {
    const ranges = new SequenceRanges(3);
    for (const sequence of [10, 20, 30]) ranges.add(sequence);
    expect([ranges.takeClosed(), ranges.settledTo]).toEqual([[], 0]);
    ranges.add(40);
    expect([ranges.takeClosed(), ranges.settledTo]).toEqual([[{ from: 11, to: 19 }], 20]);
    expect(ranges.takeClosed()).toEqual([]);
    expect(ranges.missing(1, 40)).toEqual([
      { from: 1, to: 9 },
      { from: 21, to: 29 },
      { from: 31, to: 39 },
    ]);
  });
});
