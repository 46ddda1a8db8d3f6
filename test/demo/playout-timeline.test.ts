import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PlayoutTimeline } from '../../src/demo/playout-timeline.ts';
import { tinyClip } from './tiny-clip.ts';

/** Display orders as encoders make them: a key frame, then groups in which the last picture is coded first. */
const displayOrder = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 6 }).map((groups) => {
  const order = [0];
  for (const size of groups) {
    const start = order.length;
    order.push(start + size - 1, ...Array.from({ length: size - 1 }, (_, i) => start + i));
  }
  return order;
});
const framesPerSecond = fc.constantFrom(10, 12, 12.5, 25, 30);

describe('PlayoutTimeline', () => {
  it('captures one picture a frame time, for ever: no gap, no repetition, none at the seam of the loop', () => {
    fc.assert(
      fc.property(displayOrder, framesPerSecond, (order, rate) => {
        const timeline = new PlayoutTimeline(tinyClip(order).stream.units, rate);
        const ticks = Array.from({ length: order.length * 3 }, (_, n) => timeline.ticks(n)).sort((a, b) => a - b);
        expect(ticks).toEqual(ticks.map((_, n) => Math.round((n * 90_000) / rate)));
      }),
    );
  });

  it('sends at a steady pace, and no picture before it was captured', () => {
    fc.assert(
      fc.property(displayOrder, framesPerSecond, fc.nat(200), (order, rate, n) => {
        const timeline = new PlayoutTimeline(tinyClip(order).stream.units, rate);
        expect(timeline.sendAtMs(n + 1) - timeline.sendAtMs(n)).toBeCloseTo(1000 / rate, 6);
        expect(timeline.sendAtMs(n)).toBeGreaterThanOrEqual(timeline.ticks(n) / 90 - 1);
      }),
    );
  });

  it('finds the first picture that is still due', () => {
    fc.assert(
      fc.property(displayOrder, framesPerSecond, fc.double({ min: 0, max: 60_000, noNaN: true }), (order, rate, ms) => {
        const timeline = new PlayoutTimeline(tinyClip(order).stream.units, rate);
        const n = timeline.firstDueAt(ms);
        expect(timeline.sendAtMs(n)).toBeGreaterThan(ms - 0.01);
        if (n > 0) expect(timeline.sendAtMs(n - 1)).toBeLessThan(ms);
      }),
    );
  });

  it('finds the next key frame, over the seam too', () => {
    const timeline = new PlayoutTimeline(tinyClip([0, 1, 2]).stream.units, 10);
    expect([0, 1, 2, 3].map((n) => timeline.keyAtOrAfter(n))).toEqual([0, 3, 3, 3]);
  });
});
