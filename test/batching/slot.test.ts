import { describe, expect, it } from 'vitest';
import { Slot } from '../../src/batching/slot.ts';
import { frameAt, spec } from './frames.ts';

describe('Slot', () => {
  it('keeps the newest frame and gives back the one it replaced', () => {
    const slot = new Slot(spec('a'), 0);
    const first = frameAt(100, 'a', 1);
    const second = frameAt(200, 'a', 2);
    expect(slot.put(first, 110)).toBeNull();
    expect(slot.put(second, 210)?.frame).toBe(first);
    expect(slot.take()?.frame).toBe(second);
    expect(slot.take()).toBeNull();
  });

  it('is unserved since the first frame came, not since the newest did', () => {
    const slot = new Slot(spec('a', { maxLatencyMs: 500 }), 0);
    for (let at = 100; at < 1_000; at += 100) slot.put(frameAt(at), at + 10);
    expect(slot.unservedSince).toBe(100);
    expect(slot.deadlineMono).toBe(600);
    expect(slot.frameDeadlineMono).toBe(1_400);
    expect(slot.take()).toMatchObject({ unservedSince: 100, deadlineMono: 600 });
    slot.put(frameAt(1_000), 1_010);
    expect(slot.unservedSince).toBe(1_000);
  });

  it('gives a frame up at twice its bound, but not before two seconds', () => {
    const door = new Slot(spec('door', { maxLatencyMs: 100 }), 0);
    door.put(frameAt(0), 5);
    expect([1_999, 2_001].map((now) => door.isExpired(now))).toEqual([false, true]);
    const yard = new Slot(spec('yard', { maxLatencyMs: 3_000 }), 1);
    yard.put(frameAt(0), 5);
    expect([5_999, 6_001].map((now) => yard.isExpired(now))).toEqual([false, true]);
  });

  it('starves in time for its frame to be judged before it expires', () => {
    const door = new Slot(spec('door', { maxLatencyMs: 100 }), 0);
    door.put(frameAt(0), 5);
    expect([1_000, 1_001].map((now) => door.isStarving(now))).toEqual([false, true]);
    expect(door.isExpired(1_001)).toBe(false);
    door.put(frameAt(900), 905);
    expect(door.starvesMono).toBe(1_000);
  });

  it('does not believe a frame from the future, or without a time', () => {
    const slot = new Slot(spec('a'), 0);
    slot.put(frameAt(9_000), 100);
    expect(slot.unservedSince).toBe(100);
    slot.take();
    slot.put(frameAt(Number.NaN), 200);
    expect(slot.deadlineMono).toBe(700);
    expect(slot.isExpired(5_000)).toBe(true);
  });

  it('learns the rhythm of its camera and what decoding leaves of the bound', () => {
    const slot = new Slot(spec('a', { maxLatencyMs: 300 }), 0);
    slot.put(frameAt(0), 20);
    expect(slot.replacedMono).toBe(Number.POSITIVE_INFINITY);
    for (let at = 200; at <= 2_000; at += 200) slot.put(frameAt(at), at + 20);
    expect(slot.replacedMono).toBeCloseTo(2_180);
    expect(slot.roomMs).toBeCloseTo(280);
  });
});
