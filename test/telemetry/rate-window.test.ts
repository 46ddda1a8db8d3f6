import { describe, expect, it } from 'vitest';
import { RateWindow } from '../../src/telemetry/rate-window.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';

describe('RateWindow', () => {
  it('tells the rate of the last ten whole seconds, from the first one on', async () => {
    const clock = new VirtualClock(123_456);
    const rate = new RateWindow(clock);
    expect(rate.perSecond()).toBe(0);
    for (let i = 0; i < 300; i++) {
      rate.add();
      await clock.advance(100);
      if (i >= 20) expect(rate.perSecond()).toBeGreaterThan(7);
      if (i >= 120) expect(rate.perSecond()).toBe(10);
    }
  });

  it('falls to nothing when nothing happens, and forgets what is old after a long pause', async () => {
    const clock = new VirtualClock();
    const rate = new RateWindow(clock);
    rate.add(50);
    await clock.advance(1000);
    expect(rate.perSecond()).toBe(50);
    await clock.advance(9000);
    expect(rate.perSecond()).toBe(5);
    await clock.advance(1000);
    expect(rate.perSecond()).toBe(0);
    // Eleven slots: the same slot again, long after.
    await clock.advance(11_000 * 1000);
    expect(rate.perSecond()).toBe(0);
  });

  it('does not notice a jump of the wall clock', async () => {
    const clock = new VirtualClock();
    const rate = new RateWindow(clock);
    rate.add(10);
    clock.jumpWall(-3_600_000);
    await clock.advance(1000);
    expect(rate.perSecond()).toBe(10);
  });
});
