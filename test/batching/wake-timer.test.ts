import { describe, expect, it } from 'vitest';
import { WakeTimer } from '../../src/batching/wake-timer.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';

describe('WakeTimer', () => {
  it('keeps one timer, moves it only to come earlier, and never sets one for Infinity', async () => {
    const clock = new VirtualClock();
    const woken: number[] = [];
    const timer = new WakeTimer(clock, () => void woken.push(clock.monotonicMs()));
    timer.notAfter(Number.POSITIVE_INFINITY, 0);
    expect(clock.pendingTimers).toBe(0);
    timer.notAfter(100, 0);
    timer.notAfter(200, 0);
    timer.notAfter(50, 0);
    expect(clock.pendingTimers).toBe(1);
    await clock.advance(300);
    expect(woken).toEqual([50]);
    timer.notAfter(250, 300);
    await clock.advance(10);
    expect(woken).toHaveLength(2);
    timer.notAfter(400, 310);
    timer.cancel();
    expect(clock.pendingTimers).toBe(0);
  });
});
