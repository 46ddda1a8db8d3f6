import { describe, expect, it } from 'vitest';
import { type ExpectedFrame, expectedFrames, futuresOf } from '../../src/batching/futures.ts';
import type { Foreseeable } from '../../src/batching/policy.ts';
import { flat, situation, slots } from './situation.ts';

const NOW = 10_000;

function camera(ordinal: number, nextMono: number, errorMs: number, periodMs: number = 500): Foreseeable {
  const after = (mono: number) => nextMono + Math.max(0, Math.ceil((mono - nextMono) / periodMs)) * periodMs;
  return { ordinal, roomMs: 90, rhythm: { errorMs, periodMs, after } };
}

function expected(cameras: readonly Foreseeable[], untilMono: number, most: number = 30): ExpectedFrame[] {
  return expectedFrames(situation(slots(1), { nowMono: NOW, slots: cameras }), untilMono, most);
}

describe('expectedFrames', () => {
  it('are the beats of all cameras until then', () => {
    const frames = expected([camera(0, NOW + 50, 5, 100), camera(1, NOW + 120, 5)], NOW + 200);
    expect(frames.map(({ beatMono }) => beatMono - NOW)).toEqual([50, 150, 120]);
    expect(frames.map(({ roomMs, errorMs, notBeforeMono }) => [roomMs, errorMs, notBeforeMono])).toEqual(frames.map(() => [90, 5, NOW]));
    expect(new Set(frames.map(({ lot }) => lot)).size).toBe(3);
  });

  it('leave out a camera whose beat says nothing, and one that has fallen silent', () => {
    expect(expected([camera(0, NOW + 50, 3 * flat.typicalMs(1) + 1)], NOW + 200)).toEqual([]);
    expect(expected([camera(0, NOW + 50, Number.POSITIVE_INFINITY)], NOW + 200)).toEqual([]);
    expect(expected([camera(0, Number.POSITIVE_INFINITY, 5)], NOW + 200)).toEqual([]);
  });

  it('are the first of them where there are many', () => {
    const hasty = camera(0, NOW + 50, 0, 1);
    const others = Array.from({ length: 1_000 }, (_, index) => camera(index + 1, NOW + 60 + index, 5));
    const frames = expected([...others, hasty], NOW + 100_000, 12);
    expect(frames.map(({ beatMono }) => beatMono - NOW)).toEqual([50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 60]);
  });

  it('wait a little for a frame that is overdue, and then no more', () => {
    expect(expected([camera(0, NOW - 14, 5)], NOW + 200)).toHaveLength(1);
    expect(expected([camera(0, NOW - 16, 5)], NOW + 200)).toHaveLength(0);
  });
});

describe('futuresOf', () => {
  const futures = futuresOf(flat);
  const frame: ExpectedFrame = { beatMono: NOW + 100, errorMs: 10, notBeforeMono: NOW, roomMs: 90, lot: 0x1234_5678 };
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const offers = (about: Partial<ExpectedFrame> = {}) => futures.map((future) => future.offeredMono({ ...frame, ...about }) - NOW);

  it('are always the same', () => {
    expect(offers()).toEqual(futuresOf(flat).map((future) => future.offeredMono(frame) - NOW));
  });

  it('spread a frame evenly within twice its usual error, on average at its beat', () => {
    const at = offers().toSorted((a, b) => a - b);
    for (const ms of at) expect(Math.abs(ms - 100)).toBeLessThanOrEqual(20);
    expect(mean(at)).toBeCloseTo(100, -1);
    const gaps = at.slice(1).map((ms, index) => ms - (at[index] ?? 0));
    // Eight over 40 ms: none far from its neighbours.
    expect(Math.max(...gaps)).toBeLessThan(12);
  });

  it('move the frames of all cameras independently of each other', () => {
    const frames = expected(
      Array.from({ length: 24 }, (_, ordinal) => camera(ordinal, NOW + 100, 5)),
      NOW + 200,
    );
    const moved = frames.map((each) => futures.map((future) => Math.sign(future.offeredMono(each) - each.beatMono)));
    const together = moved.flatMap((one, index) =>
      moved.slice(index + 1).map((other) => one.reduce((sum, sign, at) => sum + sign * (other[at] ?? 0), 0)),
    );
    // Frames that always move together would have 8, in opposite directions −8.
    expect(Math.abs(mean(together))).toBeLessThan(0.7);
    expect(together.filter((sum) => Math.abs(sum) === 8).length / together.length).toBeLessThan(0.3);
  });

  it('bring an overdue frame soon, never before now', () => {
    for (const ms of offers({ beatMono: NOW - 25 })) {
      expect(ms).toBeGreaterThanOrEqual(0);
      expect(ms).toBeLessThanOrEqual(10);
    }
  });

  it('take a frame that is certain at its word', () => {
    expect(offers({ errorMs: 0 })).toEqual(futures.map(() => 100));
  });

  it('have batches around the middle between median and 95th percentile', () => {
    const costs = { typicalMs: () => 30, safeMs: () => 40 };
    const took = futuresOf(costs).map((future) => future.batchMs(1));
    expect(mean(took)).toBeCloseTo(35, -0.5);
    expect(Math.min(...took)).toBeGreaterThanOrEqual(25);
    expect(Math.max(...took)).toBeLessThanOrEqual(45);
    expect(new Set(took).size).toBe(took.length);
  });
});
