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
    turns.serve([next], true);
    served[slots.indexOf(next)] = (served[slots.indexOf(next)] ?? 0) + 1;
  }
  return served;
}

function turnsOf(slots: readonly Slot[]): FairTurns {
  const turns = new FairTurns();
  for (const slot of slots) turns.join(slot);
  return turns;
}

describe('FairTurns', () => {
  it('shares by weight', () => {
    const slots = [1, 2, 5].map((weight, index) => waitingSlot(index, 0, { weight }));
    expect(serve(turnsOf(slots), slots, 800)).toEqual([100, 200, 500]);
  });

  it('lets a slot that was away hoard no more than one verdict', () => {
    const [a, b] = [waitingSlot(0, 0), waitingSlot(1, 0)];
    const turns = turnsOf([a, b]);
    serve(turns, [a], 1_000);
    const [forA, forB] = serve(turns, [a, b], 100);
    expect(forB).toBeLessThanOrEqual((forA ?? 0) + 3);
  });

  it('lets a slot that was served out of its turn, while there was plenty, owe no more than one verdict', () => {
    const [light, heavy] = [waitingSlot(0, 0, { weight: 0.1 }), waitingSlot(1, 0, { weight: 10 })];
    const turns = turnsOf([light, heavy, waitingSlot(2, 0, { weight: 500 })]);
    for (let batch = 0; batch < 1_000; batch++) {
      for (const slot of [light, heavy]) turns.enter(slot);
      turns.serve([light, heavy], false);
    }
    const [forLight] = serve(turns, [light, heavy], 1_010);
    expect(forLight).toBeGreaterThanOrEqual(9);
  });

  it('counts virtual time by those who ask for much, not by those who ask for little in every batch', () => {
    const modest = Array.from({ length: 100 }, (_, index) => waitingSlot(index, 0));
    const [greedy, newcomer] = [waitingSlot(100, 0), waitingSlot(101, 0)];
    const turns = turnsOf([...modest, greedy, newcomer]);
    for (const slot of [...modest, ...modest, ...modest]) {
      for (const each of [slot, greedy]) turns.enter(each);
      turns.serve([slot, greedy], true);
    }
    const [forGreedy, forNewcomer] = serve(turns, [greedy, newcomer], 100);
    expect(Math.abs((forGreedy ?? 0) - (forNewcomer ?? 0))).toBeLessThanOrEqual(3);
  });

  it('forgets the weight of a slot that is gone', () => {
    const [a, b, gone] = [waitingSlot(0, 0, { weight: 2 }), waitingSlot(1, 0), waitingSlot(2, 0, { weight: 1_000 })];
    const turns = turnsOf([a, b, gone]);
    turns.leave(gone);
    expect(serve(turns, [a, b], 300)).toEqual([200, 100]);
  });

  it('breaks ties by deadline', () => {
    const [late, early] = [waitingSlot(0, 0, { maxLatencyMs: 900 }), waitingSlot(1, 0, { maxLatencyMs: 100 })];
    expect(turnComesFirst(early, late)).toBe(true);
    expect(turnComesFirst(late, early)).toBe(false);
  });
});
