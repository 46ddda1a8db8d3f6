import { describe, expect, it } from 'vitest';
import { LoginLimit } from '../../src/http/login-limit.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';

describe('LoginLimit', () => {
  it('lets five in a minute through, then says when the next is open', async () => {
    const clock = new VirtualClock(1000);
    const limit = new LoginLimit(clock);
    for (let i = 0; i < 5; i++) {
      expect(limit.attempt('a')).toBe(0);
      await clock.advance(1000);
    }
    expect(limit.attempt('a')).toBe(55);
    expect(limit.attempt('b')).toBe(0);
    await clock.advance(55_000);
    expect(limit.attempt('a')).toBe(0);
    expect(limit.attempt('a')).toBe(1);
  });

  it('a refused try does not push the next one away', async () => {
    const clock = new VirtualClock();
    const limit = new LoginLimit(clock, 1);
    limit.attempt('a');
    for (let i = 0; i < 59; i++) {
      await clock.advance(1000);
      expect(limit.attempt('a')).toBe(59 - i);
    }
    await clock.advance(1000);
    expect(limit.attempt('a')).toBe(0);
  });

  it('does not notice a jump of the wall clock', () => {
    const clock = new VirtualClock();
    const limit = new LoginLimit(clock, 1);
    limit.attempt('a');
    clock.jumpWall(3_600_000);
    expect(limit.attempt('a')).toBe(60);
  });

  it('in any minute no address gets more than five, whatever the rhythm', async () => {
    const clock = new VirtualClock();
    const limit = new LoginLimit(clock);
    const granted: number[] = [];
    for (let i = 0; i < 300; i++) {
      await clock.advance((i * 7919) % 9000);
      if (limit.attempt('a') === 0) granted.push(clock.monotonicMs());
    }
    expect(granted.length).toBeGreaterThan(20);
    for (const [index, at] of granted.entries()) expect((granted[index + 5] ?? Number.POSITIVE_INFINITY) - at).toBeGreaterThanOrEqual(60_000);
  });
});
