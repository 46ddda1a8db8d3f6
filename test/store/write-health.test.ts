import { describe, expect, it } from 'vitest';
import { WriteHealth } from '../../src/store/write-health.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';

describe('WriteHealth', () => {
  it('knows what the newest write told', async () => {
    const { health, changes } = setUp();
    await expect(health.observe(() => Promise.reject(new Error('disk full')))).rejects.toThrow('disk full');
    expect(health.fault).toBe('disk full');
    await expect(health.observe(() => Promise.reject(new Error('still full')))).rejects.toThrow('still full');
    expect(health.fault).toBe('still full');
    expect(await health.observe(() => Promise.resolve(7))).toBe(7);
    expect(health.fault).toBeNull();
    expect(changes).toEqual(['disk full', null]);
  });

  it('finds out without an event that the disk is full, and that it has room again', async () => {
    const { health, clock, disk } = setUp();
    disk.fault = 'disk full';
    await clock.advance(59_999);
    expect([health.fault, disk.probes]).toEqual([null, 0]);
    await clock.advance(1);
    expect(health.fault).toBe('disk full');
    disk.fault = null;
    await clock.advance(9_999);
    expect(health.fault).toBe('disk full');
    await clock.advance(1);
    expect(health.fault).toBeNull();
  });

  it('writes no probe while there are writes that tell as much', async () => {
    const { health, clock, disk } = setUp();
    for (let minute = 0; minute < 10; minute++) {
      await clock.advance(59_000);
      await health.observe(() => Promise.resolve());
    }
    expect(disk.probes).toBe(0);
  });

  it('tells of a write that hangs, and sends no other after it', async () => {
    const { health, clock, disk } = setUp();
    let finish = () => {};
    const hanging = health.observe(
      () =>
        new Promise<void>((resolve) => {
          finish = resolve;
        }),
    );
    await clock.advance(9_999);
    expect(health.fault).toBeNull();
    await clock.advance(1);
    expect(health.fault).toContain('waiting for the disk');
    await clock.advance(600_000);
    expect(disk.probes).toBe(0);
    finish();
    await hanging;
    expect(health.fault).toBeNull();
  });

  it('leaves no timer behind', async () => {
    const { health, clock } = setUp();
    await health.observe(() => Promise.resolve());
    expect(clock.pendingTimers).toBe(1);
    health.close();
    await health.observe(() => Promise.resolve());
    expect(clock.pendingTimers).toBe(0);
  });
});

function setUp() {
  const clock = new VirtualClock();
  const disk: { fault: string | null; probes: number } = { fault: null, probes: 0 };
  const changes: (string | null)[] = [];
  const health = new WriteHealth({
    clock,
    probe: () => {
      disk.probes += 1;
      return disk.fault === null ? Promise.resolve() : Promise.reject(new Error(disk.fault));
    },
    changed: (fault) => changes.push(fault),
  });
  health.start();
  return { health, clock, disk, changes };
}
