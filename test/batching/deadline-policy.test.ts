import { describe, expect, it } from 'vitest';
import { type Contender, DEADLINE, EAGER, TIMERS } from '../../bench/batching/contender.ts';
import { RECIPES } from '../../bench/batching/recipes.ts';
import { scenarioOf } from '../../bench/batching/scenario.ts';
import { simulate } from '../../bench/batching/simulate.ts';
import { deadlinePolicy } from '../../src/batching/deadline-policy.ts';
import { flat, gpu, situation, slots } from './situation.ts';

describe('deadlinePolicy', () => {
  it('starts at once where waiting wins nothing', () => {
    expect(deadlinePolicy.decide(situation(slots(1), { costs: flat }))).toEqual({ action: 'flush', count: 1, by: 'order', reason: 'idle' });
  });

  it('waits for company that is likely and makes frames cheaper, no longer than the bound allows', () => {
    const decision = deadlinePolicy.decide(situation(slots(2), { costs: gpu, framesPerMs: 0.4 }));
    expect(decision.action).toBe('wait');
    if (decision.action !== 'wait') return;
    expect(decision.untilMono).toBeGreaterThan(1_300);
    expect(decision.untilMono + gpu.preprocessMs(16) + gpu.safeMs(16)).toBeLessThan(1_500);
  });

  it('does not wait for company that is unlikely, or impossible', () => {
    expect(deadlinePolicy.decide(situation(slots(2), { costs: gpu, framesPerMs: 0.000_1 }))).toMatchObject({
      action: 'flush',
      count: 2,
      reason: 'idle',
    });
    expect(deadlinePolicy.decide(situation(slots(2), { costs: gpu, framesPerMs: 0.4, slotCount: 2 }))).toMatchObject({
      action: 'flush',
      reason: 'idle',
    });
    expect(deadlinePolicy.decide(situation(slots(2), { costs: gpu, framesPerMs: 0 }))).toMatchObject({ action: 'flush', reason: 'idle' });
  });

  it('starts at the latest safe moment, and when that is past', () => {
    for (const nowMono of [1_470, 5_000]) {
      const late = situation(slots(2), { costs: gpu, framesPerMs: 0.4, nowMono, engineFreeMono: nowMono });
      expect(deadlinePolicy.decide(late)).toMatchObject({ action: 'flush', count: 2, reason: 'deadline' });
    }
  });

  it('starts a full batch', () => {
    expect(deadlinePolicy.decide(situation(slots(40), { costs: gpu, framesPerMs: 0.4 }))).toEqual({
      action: 'flush',
      count: 16,
      by: 'order',
      reason: 'full',
    });
  });

  it('goes by fair turns at the best throughput when more is asked than can be done', () => {
    expect(deadlinePolicy.decide(situation(slots(40), { costs: gpu, overloaded: true }))).toEqual({
      action: 'flush',
      count: 16,
      by: 'turn',
      reason: 'overload',
    });
  });
});

describe('deadlinePolicy against the others, simulated', () => {
  const play = (curve: string, load: number, contender: Contender = DEADLINE) => {
    const recipe = RECIPES.find((each) => each.name === 'mixed' && each.curve.name === curve && each.load === load);
    if (recipe === undefined) throw new Error(`no recipe for ${curve} at ${load}`);
    return simulate(scenarioOf({ ...recipe, durationMs: 15_000 }, 1), contender);
  };

  it('keeps the bounds that others break on a busy CPU, and is no slower', async () => {
    const ours = await play('flat', 0.8);
    for (const other of [EAGER, ...TIMERS.slice(0, 2)]) {
      const theirs = await play('flat', 0.8, other);
      expect(ours.missed).toBeLessThan(theirs.missed / 3);
      expect(ours.p50Ms).toBeLessThan(theirs.p50Ms * 1.1);
    }
  });

  it('gives engine time back on a GPU without missing a bound', async () => {
    const ours = await play('gpu', 0.5);
    const eager = await play('gpu', 0.5, EAGER);
    expect(ours.meanBatch).toBeGreaterThan(2 * eager.meanBatch);
    expect(ours.missed).toBeLessThanOrEqual(eager.missed);
  });

  it.each(['flat', 'cpu', 'gpu'])('keeps the engine full and everybody served at twice the load it can carry (%s)', async (curve) => {
    const { throughput, lowestShare, longestUnservedMs } = await play(curve, 2);
    expect(throughput).toBeGreaterThan(0.95);
    // In so short a time one verdict is 3 % of a share, and the first second is spent on finding out.
    expect(lowestShare).toBeGreaterThan(0.85);
    expect(longestUnservedMs).toBeLessThan(3_000);
  });
});
