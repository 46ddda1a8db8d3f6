import { describe, expect, it } from 'vitest';
import { batchSizeCap, bestCount } from '../../src/batching/batch-size.ts';
import { CostModel } from '../../src/batching/cost-model.ts';
import { waitingSlot } from './frames.ts';
import { flat, gpu, situation, slots } from './situation.ts';

describe('batchSizeCap', () => {
  it('leaves room for the next urgent frame behind a batch in flight', () => {
    expect(batchSizeCap(situation([], { costs: flat, tightestRoomMs: 100 }))).toBe(2);
    expect(batchSizeCap(situation([], { costs: flat, tightestRoomMs: 300 }))).toBe(8);
    expect(batchSizeCap(situation([], { costs: gpu, tightestRoomMs: 100 }))).toBe(16);
    expect(batchSizeCap(situation([], { costs: gpu }))).toBe(16);
  });

  it('gives way where the engine could not keep up with small batches', () => {
    const tight = { costs: gpu, tightestRoomMs: 15 };
    expect(batchSizeCap(situation([], { ...tight, framesPerMs: 0.05 }))).toBe(1);
    expect(batchSizeCap(situation([], { ...tight, framesPerMs: 0.3 }))).toBe(4);
  });

  it('does not grow batches that gain nothing by it', () => {
    expect(batchSizeCap(situation([], { costs: flat, tightestRoomMs: 70, framesPerMs: 0.05 }))).toBe(1);
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
