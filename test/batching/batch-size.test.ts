import { describe, expect, it } from 'vitest';
import { batchSizeCap, bestCount } from '../../src/batching/batch-size.ts';
import { CostModel } from '../../src/batching/cost-model.ts';
import { waitingSlot } from './frames.ts';
import { allLeave, flat, gpu, situation, slots } from './situation.ts';

describe('batchSizeCap', () => {
  const middling = new CostModel([1, 2, 4, 8, 16], { 1: 18, 2: 21, 4: 27, 8: 39, 16: 63 });

  it('leaves room for urgent frames that come while a batch runs', () => {
    expect(batchSizeCap(situation([], { costs: flat, hurries: allLeave(100) }))).toBe(2);
    expect(batchSizeCap(situation([], { costs: flat, hurries: allLeave(300) }))).toBe(4);
    expect(batchSizeCap(situation([], { costs: gpu, hurries: allLeave(100) }))).toBe(16);
    expect(batchSizeCap(situation([], { costs: gpu }))).toBe(16);
  });

  it('leaves room for all of them together', () => {
    const doors = [{ roomMs: 97, share: 0.45 }];
    expect(batchSizeCap(situation([], { costs: middling, hurries: doors, framesPerMs: 0.01 }))).toBe(16);
    expect(batchSizeCap(situation([], { costs: middling, hurries: doors, framesPerMs: 0.2 }))).toBe(8);
  });

  it('does not make everybody wait for a single camera in a hurry', () => {
    const one = [{ roomMs: 15, share: 1 / 400 }];
    expect(batchSizeCap(situation([], { costs: gpu, hurries: one, framesPerMs: 0.1 }))).toBe(1);
    expect(batchSizeCap(situation([], { costs: gpu, hurries: one, framesPerMs: 0.7 }))).toBe(16);
  });

  it('gives way where the engine could not keep up with small batches', () => {
    const tight = { costs: gpu, hurries: allLeave(15) };
    expect(batchSizeCap(situation([], { ...tight, framesPerMs: 0.05 }))).toBe(1);
    expect(batchSizeCap(situation([], { ...tight, framesPerMs: 0.6 }))).toBe(8);
  });
});

describe('bestCount', () => {
  it('takes one at a time where company is no cheaper: the first need not wait for the last', () => {
    expect(bestCount(situation(slots(6), { costs: flat }), 16)).toBe(1);
  });

  it('takes all together where company is nearly free and the engine has much to do', () => {
    const busy = { costs: gpu, framesPerMs: 0.6 };
    expect(bestCount(situation(slots(4), busy), 16)).toBe(4);
    expect(bestCount(situation(slots(30), busy), 16)).toBe(16);
    expect(bestCount(situation(slots(200), busy), 16)).toBe(16);
    expect(bestCount(situation(slots(200), busy), 4)).toBe(4);
  });

  it('leaves one for later rather than pay for padding', () => {
    expect(bestCount(situation(slots(5), { costs: gpu }), 16)).toBe(4);
    const steep = { costs: new CostModel([1, 4], { 1: 19, 4: 20 }) };
    expect(bestCount(situation(slots(3), steep), 4)).toBe(3);
  });

  it('splits a batch so that the urgent one makes its bound', () => {
    const busy = { costs: gpu, framesPerMs: 0.6 };
    const urgent = waitingSlot(20, 1_000, { maxLatencyMs: 25 });
    expect(bestCount(situation(slots(16), busy), 16)).toBe(16);
    expect(bestCount(situation([...slots(15), urgent], busy), 16)).toBe(8);
  });

  it('takes one at least, and no more than there are', () => {
    for (let count = 1; count < 40; count++) {
      const taken = bestCount(situation(slots(count), { costs: gpu, framesPerMs: 0.4 }), 16);
      expect(taken).toBeGreaterThan(0);
      expect(taken).toBeLessThanOrEqual(Math.min(count, 16));
    }
  });
});
