import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LabelTimeline } from '../../src/classify/label-timeline.ts';

describe('LabelTimeline', () => {
  it('has at most 480 bins however long the file is, and loses no picture', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 40_000_000 }), { minLength: 1, maxLength: 200 }), (times) => {
        const timeline = new LabelTimeline(2);
        for (const timeMs of times) timeline.add(timeMs, [0.25, 0.75]);
        const { binMs, counts, means, labels } = timeline.condense(2, []);
        expect(counts.length).toBeLessThanOrEqual(480);
        expect(counts.length * binMs).toBeGreaterThan(Math.max(...times));
        expect(counts.reduce((sum, count) => sum + count, 0)).toBe(times.length);
        for (const timeMs of times) expect(counts[Math.floor(timeMs / binMs)]).toBeGreaterThan(0);
        expect(labels).toEqual([1, 0]);
        counts.forEach((count, bin) => {
          expect(means[bin * 2]).toBeCloseTo(count > 0 ? 0.75 : 0, 6);
        });
      }),
    );
  });

  it('averages what falls into one bin', () => {
    const timeline = new LabelTimeline(1);
    timeline.add(0, [0.2]);
    timeline.add(1, [0.4]);
    timeline.add(100_000, [1]);
    const { counts, means } = timeline.condense(1, []);
    expect(counts[0]).toBe(2);
    expect(means[0]).toBeCloseTo(0.3, 6);
    expect(means.at(-1)).toBe(1);
  });

  it('keeps the largest labels, and those that must be there', () => {
    const timeline = new LabelTimeline(5);
    timeline.add(0, [0.05, 0.4, 0.3, 0.2, 0.05]);
    expect(timeline.condense(2, [4]).labels).toEqual([4, 1, 2]);
    expect([...timeline.condense(2, [4]).means].map((mean) => Math.round(mean * 100))).toEqual([5, 40, 30]);
  });
});
