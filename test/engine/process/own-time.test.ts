import { describe, expect, it } from 'vitest';
import { afterOwnTime } from '../../../src/engine/process/own-time.ts';
import { suspendable } from '../../helpers/suspendable-clock.ts';
import { VirtualClock } from '../../helpers/virtual-clock.ts';

describe('afterOwnTime', () => {
  it('fires once, at its time', async () => {
    const clock = new VirtualClock();
    const fired: number[] = [];
    afterOwnTime(clock, 3200, () => fired.push(clock.monotonicMs()));
    await clock.advance(60_000);
    expect(fired).toEqual([3200]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('fires on the next turn when there is no time to give', async () => {
    const clock = new VirtualClock();
    let fired = 0;
    afterOwnTime(clock, 0, () => (fired += 1));
    await clock.advance(0);
    expect(fired).toBe(1);
  });

  it('can be cancelled at any tick, and again', async () => {
    const clock = new VirtualClock();
    let fired = 0;
    const limit = afterOwnTime(clock, 3000, () => (fired += 1));
    await clock.advance(1700);
    limit.cancel();
    limit.cancel();
    await clock.advance(60_000);
    expect([fired, clock.pendingTimers]).toEqual([0, 0]);
  });

  it.each([
    ['in the middle', 700],
    ['just before the end', 2900],
  ])('does not count time in which the process stood still: %s', async (_, ranMs) => {
    const clock = suspendable();
    let firedAt = -1;
    afterOwnTime(clock, 3000, () => {
      firedAt = clock.ranMs;
    });
    await clock.run(ranMs);
    clock.standStill(3_600_000);
    // The late tick itself must not end it: what came meanwhile is read after it.
    await clock.run(150);
    expect(firedAt).toBe(-1);
    await clock.run(60_000);
    expect(firedAt).toBeGreaterThanOrEqual(3000);
    expect(firedAt).toBeLessThanOrEqual(3500);
  });

  it('ends all the same in a process that is always late', async () => {
    const clock = suspendable();
    let fired = 0;
    afterOwnTime(clock, 3000, () => (fired += 1));
    for (let count = 0; count < 8; count += 1) {
      clock.standStill(5000);
      await clock.run(500);
    }
    expect(fired).toBe(1);
  });
});
