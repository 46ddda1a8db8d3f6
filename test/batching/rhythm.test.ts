import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Rhythm } from '../../src/batching/rhythm.ts';

function rhythmOf(beats: readonly number[]): Rhythm {
  const rhythm = new Rhythm();
  for (const mono of beats) rhythm.beat(mono);
  return rhythm;
}

const every = (periodMs: number, count: number, jitterOf: (index: number) => number = () => 0) =>
  Array.from({ length: count }, (_, index) => 10_000 + index * periodMs + jitterOf(index));

describe('Rhythm', () => {
  it('foresees nothing from three beats', () => {
    expect(rhythmOf([]).errorMs).toBe(Number.POSITIVE_INFINITY);
    expect(rhythmOf(every(500, 3)).errorMs).toBe(Number.POSITIVE_INFINITY);
  });

  it('foresees a steady camera exactly', () => {
    const rhythm = rhythmOf(every(480, 12));
    expect(rhythm.after(10_000 + 11 * 480)).toBeCloseTo(10_000 + 12 * 480);
    expect(rhythm.after(10_000 + 13.5 * 480)).toBeCloseTo(10_000 + 14 * 480);
  });

  it('expects nothing of a camera that has fallen silent, until it is back', () => {
    const rhythm = rhythmOf(every(480, 12));
    expect(rhythm.after(10_000 + 14.5 * 480)).toBe(Number.POSITIVE_INFINITY);
    rhythm.beat(10_000 + 40 * 480);
    expect(rhythm.after(10_000 + 40.5 * 480)).toBeCloseTo(10_000 + 41 * 480);
  });

  it('is off by little more than the camera itself', () => {
    const jitters = [7, -9, 3, -4, 10, -10, 1, 6, -8, 2];
    const rhythm = rhythmOf(every(500, 200, (index) => jitters[index % jitters.length] ?? 0));
    expect(Math.abs(rhythm.after(10_000 + 199 * 500 + 50) - (10_000 + 200 * 500))).toBeLessThan(8);
    expect(rhythm.errorMs).toBeGreaterThan(3);
    expect(rhythm.errorMs).toBeLessThan(12);
  });

  it('keeps its beat over frames that were left out, and over one that was held up', () => {
    const leftOut = every(500, 40).filter((_, index) => index % 7 !== 3 && (index < 20 || index > 25));
    expect(rhythmOf(leftOut).after(10_000 + 39 * 500 + 1)).toBeCloseTo(10_000 + 40 * 500, 0);
    const heldUp = every(500, 41, (index) => (index === 40 ? 200 : 0));
    expect(Math.abs(rhythmOf(heldUp).after(10_000 + 40 * 500 + 300) - (10_000 + 41 * 500))).toBeLessThan(50);
  });

  it('follows a camera whose clock drifts, and one that changes its rate', () => {
    const drifting = rhythmOf(Array.from({ length: 300 }, (_, index) => 10_000 + 500 * index + 0.002 * 500 * index));
    expect(Math.abs(drifting.after(10_000 + 299 * 501 + 10) - (10_000 + 300 * 501))).toBeLessThan(5);
    const faster = rhythmOf([...every(500, 20), ...Array.from({ length: 60 }, (_, index) => 10_000 + 19 * 500 + (index + 1) * 400)]);
    expect(faster.periodMs).toBeGreaterThan(390);
    expect(faster.periodMs).toBeLessThan(410);
  });

  it('does not take half a period, or a rush of held-up frames, for the beat', () => {
    // As recorded: the first frame that is sampled comes half a period before the second.
    const early = rhythmOf([9_472, ...every(1_000, 12)]);
    expect(early.periodMs).toBeCloseTo(1_000, -1);
    expect(Math.abs(early.after(21_001) - 22_000)).toBeLessThan(20);
    for (const fraction of [0, 0.002, 0.2, 0.34, 0.45, 0.6]) {
      const rushed = rhythmOf([...[3, 2, 1].map((count) => 10_000 - count * fraction * 500), ...every(500, 24)]);
      expect(rushed.periodMs).toBeCloseTo(500, -1);
    }
    const slower = rhythmOf([...every(500, 20), ...Array.from({ length: 12 }, (_, index) => 10_000 + 19 * 500 + (index + 1) * 1_500)]);
    expect(slower.periodMs).toBeCloseTo(1_500, -1);
  });

  it('stays finite whatever the beats, standing and backward clocks included', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -1e6, max: 1e9, noNaN: true }), { minLength: 4, maxLength: 40 }), (beats) => {
        const rhythm = rhythmOf(beats);
        expect(rhythm.periodMs).toBeGreaterThanOrEqual(1);
        expect(Number.isFinite(rhythm.errorMs)).toBe(true);
        expect(rhythm.after(1e6)).toBeGreaterThanOrEqual(1e6);
      }),
    );
  });
});
