import { describe, expect, it } from 'vitest';
import { delay, isoTime, systemClock, wallAt } from '../../src/util/clock.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';

describe('delay', () => {
  it('resolves true when the time has passed and leaves no timer', async () => {
    const clock = new VirtualClock();
    const done = delay(clock, 100, new AbortController().signal);
    await clock.advance(99);
    expect(clock.pendingTimers).toBe(1);
    await clock.advance(1);
    expect(await done).toBe(true);
    expect(clock.pendingTimers).toBe(0);
  });

  it('resolves false at once on abort, before or during', async () => {
    const clock = new VirtualClock();
    const control = new AbortController();
    const during = delay(clock, 100, control.signal);
    control.abort();
    expect(await during).toBe(false);
    expect(clock.pendingTimers).toBe(0);
    expect(await delay(clock, 100, control.signal)).toBe(false);
  });
});

describe('wallAt', () => {
  it('dates a past moment, and follows a clock that was set', async () => {
    const clock = new VirtualClock(500, Date.UTC(2026, 0, 1));
    const moment = clock.monotonicMs();
    await clock.advance(250);
    expect(wallAt(clock, moment)).toBe(Date.UTC(2026, 0, 1));
    clock.jumpWall(3_600_000);
    expect(wallAt(clock, moment)).toBe(Date.UTC(2026, 0, 1, 1));
  });

  it('formats with milliseconds in UTC', () => {
    expect(isoTime(Date.UTC(2026, 10, 22, 6, 11, 0, 5))).toBe('2026-11-22T06:11:00.005Z');
  });
});

describe('systemClock', () => {
  it('fires and cancels', async () => {
    const fired = await new Promise<string>((resolve) => {
      const cancelled = systemClock.setTimer(0, () => resolve('cancelled one'));
      cancelled.cancel();
      systemClock.setTimer(1, () => resolve('other'));
    });
    expect(fired).toBe('other');
  });
});
