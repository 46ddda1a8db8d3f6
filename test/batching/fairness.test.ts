import { describe, expect, it } from 'vitest';
import { FairTurns, turnComesFirst } from '../../src/batching/fairness.ts';
import type { Slot } from '../../src/batching/slot.ts';
import { waitingSlot } from './frames.ts';

/** Serves one slot at a time, all of `slots` always waiting; returns how often each was served. */
function serve(turns: FairTurns, slots: readonly Slot[], times: number): number[] {
  const served = slots.map(() => 0);
  for (let round = 0; round < times; round++) {
    for (const slot of slots) turns.enter(slot);
    const next = slots.reduce((first, slot) => (turnComesFirst(slot, first) ? slot : first));
    turns.serve([next]);
    served[slots.indexOf(next)] = (served[slots.indexOf(next)] ?? 0) + 1;
  }
  return served;
}

describe('FairTurns', () => {
  it('shares by weight', () => {
    const slots = [1, 2, 5].map((weight, index) => waitingSlot(index, 0, { weight }));
    expect(serve(new FairTurns(), slots, 800)).toEqual([100, 200, 500]);
  });

  it('lets a slot that was away hoard no more than one verdict', () => {
    const turns = new FairTurns();
    const [a, b] = [waitingSlot(0, 0), waitingSlot(1, 0)];
    serve(turns, [a], 1_000);
    const [forA, forB] = serve(turns, [a, b], 100);
    expect(forB).toBeLessThanOrEqual((forA ?? 0) + 3);
  });

  it('breaks ties by deadline', () => {
    const [late, early] = [waitingSlot(0, 0, { maxLatencyMs: 900 }), waitingSlot(1, 0, { maxLatencyMs: 100 })];
    expect(turnComesFirst(early, late)).toBe(true);
    expect(turnComesFirst(late, early)).toBe(false);
  });
});
