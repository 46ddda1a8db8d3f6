import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecordClock } from '../../src/events/record-clock.ts';

const DAY_MS = 86_400_000;

describe('RecordClock', () => {
  it('is the wall clock, as long as that goes on', () => {
    const clock = new RecordClock(1_000, 500_000);
    expect(clock.read(2_000, 501_000)).toEqual({ now: { mono: 2_000, at: 501_000 }, change: 'none' });
    // A second is what a good clock is corrected by: no time was lost here.
    expect(clock.read(3_000, 503_000)).toEqual({ now: { mono: 3_000, at: 503_000 }, change: 'none' });
    expect(clock.read(4_000, 3_600_000)).toEqual({ now: { mono: 4_000, at: 3_600_000 }, change: 'leapt' });
    expect(clock.read(5_000, 3_601_000).change).toBe('none');
  });

  it('waits at half speed for a clock that was set back, without standing still', () => {
    const clock = new RecordClock(0, 100_000);
    expect(clock.read(1_000, 91_000).now.at).toBe(100_500);
    expect(clock.read(19_000, 109_000).now.at).toBe(109_500);
    expect(clock.read(20_000, 110_000).now.at).toBe(110_000);
    expect(clock.read(21_000, 111_000)).toEqual({ now: { mono: 21_000, at: 111_000 }, change: 'none' });
  });

  it('goes on from within a leap of more than a day that is taken back, and from nowhere else', () => {
    const clock = new RecordClock(0, 10 * DAY_MS);
    expect(clock.read(1_000, 15 * DAY_MS).change).toBe('leapt');
    // Before the leap: that was watched, and is not to be lost.
    expect(clock.read(2_000, 9 * DAY_MS)).toEqual({ now: { mono: 2_000, at: 15 * DAY_MS + 500 }, change: 'none' });
    // Less than a day ahead it waits.
    expect(clock.read(3_000, 14 * DAY_MS + 2_000).change).toBe('none');
    expect(clock.read(4_000, 11 * DAY_MS)).toEqual({ now: { mono: 4_000, at: 11 * DAY_MS }, change: 'rewound' });
    expect(clock.read(5_000, 11 * DAY_MS + 1_000)).toEqual({ now: { mono: 5_000, at: 11 * DAY_MS + 1_000 }, change: 'none' });
    // It was taken back once.
    expect(clock.read(6_000, 0)).toEqual({ now: { mono: 6_000, at: 11 * DAY_MS + 1_500 }, change: 'none' });
  });

  it('never goes back otherwise, and says so of every leap', () => {
    const step = fc.tuple(fc.integer({ min: 0, max: 60_000 }), fc.oneof(fc.constant(0), fc.integer({ min: -3_600_000, max: 3_600_000 })));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        let [mono, wall] = [0, DAY_MS];
        const clock = new RecordClock(mono, wall);
        let before = wall;
        for (const [passed, jump] of steps) {
          mono += passed;
          wall += passed + jump;
          const { now, change } = clock.read(mono, wall);
          expect(now.at).toBeGreaterThanOrEqual(before + passed / 2);
          expect(now.at).toBeGreaterThanOrEqual(wall);
          expect(change).toBe(now.at - before - passed > 2_000 ? 'leapt' : 'none');
          before = now.at;
        }
      }),
    );
  });
});
