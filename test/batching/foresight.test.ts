import { describe, expect, it } from 'vitest';
import { isWorthLookingAhead, lookAhead } from '../../src/batching/foresight.ts';
import type { Slot } from '../../src/batching/slot.ts';
import { frameAt, waitingSlot } from './frames.ts';
import { allLeave, flat, gpu, situation, slots } from './situation.ts';

const BEATS = 40;

/** A camera whose frames come every 500 ms, well known by now; the next one `nextInMs` after 10,000. It waits for nothing now. */
function regular(index: number, nextInMs: number, maxLatencyMs: number): Slot {
  const slot = waitingSlot(index, 10_000 + nextInMs - BEATS * 500, { maxLatencyMs });
  for (let beat = BEATS - 1; beat > 0; beat--) {
    const at = 10_000 + nextInMs - beat * 500;
    slot.put(frameAt(at, `c${index}`, beat), at);
  }
  slot.take();
  return slot;
}

describe('lookAhead', () => {
  const NOW = { nowMono: 10_000, engineFreeMono: 10_000 };
  const [patient] = slots(1, 9_990, 2_000);
  if (patient === undefined) throw new Error('no slot');

  it('keeps the engine free for an urgent frame that is about to come', () => {
    const door = regular(1, 15, 40);
    const move = lookAhead(situation([patient], { ...NOW, slots: [patient, door] }), Number.POSITIVE_INFINITY);
    const untilMono = 'untilMono' in move ? move.untilMono : Number.NaN;
    // About until it has come: when it comes, or the time is up, it is decided anew.
    expect(Math.abs(untilMono - (10_015 + flat.preprocessMs(1)))).toBeLessThan(2 * door.rhythm.errorMs);
  });

  it('does not when that frame can wait, comes later, or when nobody may wait so long', () => {
    const begin = (door: Slot, idleUntilMono = Number.POSITIVE_INFINITY) =>
      lookAhead(situation([patient], { ...NOW, slots: [patient, door] }), idleUntilMono);
    expect(begin(regular(1, 15, 500))).toEqual({ size: 1 });
    expect(begin(regular(1, 200, 40))).toEqual({ size: 1 });
    expect(begin(regular(1, 15, 40), 10_010)).toEqual({ size: 1 });
  });

  it('does not leave the engine idle for one that comes nobody knows when', () => {
    const jittery = regular(1, 15, 40);
    for (let beat = 0; beat < 60; beat++) jittery.rhythm.beat(10_015 + 500 * beat + (beat % 2 === 0 ? 80 : -80));
    const nowMono = 10_000 + 60 * 500;
    const soon = { nowMono, engineFreeMono: nowMono, slots: [patient, jittery] };
    expect(lookAhead(situation([patient], soon), Number.POSITIVE_INFINITY)).toEqual({ size: 1 });
  });

  it('waits a little for a frame that is late, and then no more', () => {
    const door = regular(1, -1, 40);
    const erring = door.rhythm.errorMs;
    const begin = (nowMono: number) =>
      lookAhead(situation([patient], { nowMono, engineFreeMono: nowMono, slots: [patient, door] }), Number.POSITIVE_INFINITY);
    expect(begin(10_000)).toHaveProperty('untilMono');
    expect(begin(10_000 + 3 * erring + 5)).toEqual({ size: 1 });
  });

  it('does not trust a camera without a beat', () => {
    const newcomer = waitingSlot(1, 9_515, { maxLatencyMs: 40 });
    newcomer.take();
    expect(lookAhead(situation([patient], { ...NOW, slots: [patient, newcomer] }), Number.POSITIVE_INFINITY)).toEqual({ size: 1 });
  });

  it('gives time that would be left idle to those that are late', () => {
    const late = slots(1, 8_000, 100);
    expect(lookAhead(situation(late, { ...NOW, slots: late }), Number.POSITIVE_INFINITY)).toEqual({ size: 1 });
  });
});

describe('isWorthLookingAhead', () => {
  it('is where one batch takes a good part of the tightest bound, and a larger one is hardly cheaper', () => {
    expect(isWorthLookingAhead(situation(slots(1), { costs: flat, hurries: allLeave(100) }))).toBe(true);
    expect(isWorthLookingAhead(situation(slots(1), { costs: flat, hurries: allLeave(2_000) }))).toBe(false);
    expect(isWorthLookingAhead(situation(slots(1), { costs: gpu, hurries: allLeave(100) }))).toBe(false);
    expect(isWorthLookingAhead(situation(slots(1), { costs: flat, hurries: [] }))).toBe(false);
    // One camera in a hurry does not change how a GPU is used.
    expect(isWorthLookingAhead(situation(slots(1), { costs: gpu, hurries: allLeave(30) }))).toBe(false);
  });
});
