import { describe, expect, it } from 'vitest';
import { StallWatchdog } from '../../src/stream/stall-watchdog.ts';
import type { Clock } from '../../src/util/clock.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';

describe('StallWatchdog', () => {
  it('fires once, 10 to 11 s after the last packet', async () => {
    const clock = new VirtualClock();
    const fired: number[] = [];
    const watchdog = new StallWatchdog(clock, () => fired.push(clock.monotonicMs()));
    watchdog.start();
    await clock.advance(5500);
    watchdog.feed();
    await clock.advance(60_000);
    expect(fired).toHaveLength(1);
    expect(fired[0]).toBeGreaterThanOrEqual(15_000);
    expect(fired[0]).toBeLessThanOrEqual(16_500);
    expect(clock.pendingTimers).toBe(0);
  });

  it('waits longer once, where it was told to', async () => {
    const clock = new VirtualClock();
    let fired = 0;
    const watchdog = new StallWatchdog(clock, () => (fired += 1));
    watchdog.start();
    watchdog.feed(8000);
    await clock.advance(17_000);
    watchdog.feed();
    await clock.advance(9000);
    expect(fired).toBe(0);
    await clock.advance(2000);
    expect(fired).toBe(1);
  });

  it('does not count time in which the process itself stood still', async () => {
    const inner = new VirtualClock();
    let stoodStillMs = 0;
    const clock: Clock = {
      monotonicMs: () => inner.monotonicMs() + stoodStillMs,
      wallMs: () => inner.wallMs(),
      setTimer: (ms, fire) => inner.setTimer(ms, fire),
    };
    let fired = 0;
    const watchdog = new StallWatchdog(clock, () => (fired += 1));
    watchdog.start();
    await inner.advance(5000);
    stoodStillMs = 120_000;
    await inner.advance(1000);
    watchdog.feed();
    await inner.advance(5000);
    expect(fired).toBe(0);
    watchdog.close();
  });
});
