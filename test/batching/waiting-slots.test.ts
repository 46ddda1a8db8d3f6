import { describe, expect, it } from 'vitest';
import type { BatchEntry } from '../../src/batching/batch.ts';
import { WaitingSlots } from '../../src/batching/waiting-slots.ts';
import { frameAt, waitingSlot } from './frames.ts';

const none = () => expect.unreachable('nothing expires here');

describe('WaitingSlots', () => {
  it('serves the earliest deadline first, or the first to come', () => {
    const patient = waitingSlot(0, 0, { maxLatencyMs: 2_000 });
    const urgent = waitingSlot(1, 50, { maxLatencyMs: 100 });
    for (const [order, first] of [
      ['deadline', urgent],
      ['arrival', patient],
    ] as const) {
      const waiting = new WaitingSlots(order);
      waiting.add(patient);
      waiting.add(urgent);
      expect(waiting.takeInOrder(1, 60, 80, none)).toEqual([first]);
      expect(waiting.size).toBe(1);
    }
  });

  it('puts frames that are lost anyway behind those that can still be judged in time', () => {
    const lost = waitingSlot(0, 0, { maxLatencyMs: 100 });
    const possible = waitingSlot(1, 0, { maxLatencyMs: 500 });
    const waiting = new WaitingSlots('deadline');
    waiting.add(lost);
    waiting.add(possible);
    expect(waiting.takeInOrder(1, 90, 120, none)).toEqual([possible]);
    expect(waiting.due).toEqual([]);
    expect(waiting.all).toEqual([lost]);
    expect(waiting.takeInOrder(1, 90, 150, none)).toEqual([lost]);
    expect(waiting.size).toBe(0);
  });

  it('gives a late slot its chance again when a newer frame came into it', () => {
    const lost = waitingSlot(0, 0, { maxLatencyMs: 100 });
    const other = waitingSlot(1, 0, { maxLatencyMs: 500 });
    const waiting = new WaitingSlots('deadline');
    waiting.add(lost);
    waiting.add(other);
    waiting.takeInOrder(1, 90, 120, none);
    lost.put(frameAt(200), 200);
    waiting.renew(lost);
    waiting.add(other);
    expect(waiting.takeInOrder(1, 200, 220, none)).toEqual([lost]);
  });

  it('serves a starving slot before all others, however late it is', () => {
    const starving = waitingSlot(0, 0, { maxLatencyMs: 100 });
    const fresh = waitingSlot(1, 2_400, { maxLatencyMs: 500 });
    const waiting = new WaitingSlots('deadline');
    waiting.add(starving);
    expect(waiting.takeInOrder(0, 90, 120, none)).toEqual([]);
    starving.put(frameAt(2_350), 2_350);
    waiting.add(fresh);
    expect(waiting.takeInOrder(1, 2_450, 2_480, none)).toEqual([starving]);
  });

  it('serves the one that starves longest first, whether its newest frame is late or not', () => {
    const [renewed, late] = [waitingSlot(0, 0, { maxLatencyMs: 100 }), waitingSlot(1, 50, { maxLatencyMs: 100 })];
    const waiting = new WaitingSlots('deadline');
    waiting.add(renewed);
    waiting.add(late);
    waiting.add(waitingSlot(2, 60, { maxLatencyMs: 500 }));
    expect(waiting.takeInOrder(1, 90, 200, none).map((slot) => slot.ordinal)).toEqual([2]);
    renewed.put(frameAt(1_090), 1_090);
    waiting.renew(renewed);
    expect(waiting.takeInOrder(2, 1_100, 1_130, none)).toEqual([renewed, late]);
  });

  it('drops what has expired, and takes another in its place', () => {
    const old = waitingSlot(0, 0, { maxLatencyMs: 100 });
    const fresh = waitingSlot(1, 3_000);
    for (const take of ['takeByTurn', 'takeInOrder'] as const) {
      const waiting = new WaitingSlots('deadline');
      if (old.frame === null) old.put(frameAt(0), 0);
      waiting.add(old);
      waiting.add(fresh);
      const expired: BatchEntry[] = [];
      const drop = (entry: BatchEntry) => void expired.push(entry);
      const taken = take === 'takeByTurn' ? waiting.takeByTurn(2, 3_000, drop) : waiting.takeInOrder(2, 3_000, 3_030, drop);
      expect(taken).toEqual([fresh]);
      expect(expired.map((entry) => entry.slot.cameraId)).toEqual(['camera0']);
      expect(waiting.size).toBe(0);
    }
  });
});
