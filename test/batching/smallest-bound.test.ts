import { describe, expect, it } from 'vitest';
import { CostModel } from '../../src/batching/cost-model.ts';
import { advisedBoundMs, FEASIBLE_SHARE, infeasibleInWords, smallestBound } from '../../src/batching/smallest-bound.ts';

const FLAT = { 1: 70, 2: 140, 4: 280 };
const GPU = { 1: 10, 2: 11, 4: 14 };
const costs = (costMs: Record<number, number>) => new CostModel([1, 2, 4], costMs);

describe('smallestBound', () => {
  it('is what the cost model says for one picture, and the camera’s decoding on top', () => {
    for (const costMs of [FLAT, GPU]) {
      const model = costs(costMs);
      model.observe(1, 1, 90, 4);
      expect(smallestBound(model, 1, 0).total).toBeCloseTo(model.smallestFeasibleBoundMs, 9);
      expect(smallestBound(model, 1, 20).total).toBeCloseTo(model.smallestFeasibleBoundMs + 20, 9);
    }
  });

  it('has parts that add up', () => {
    for (const pictures of [1, 2, 3, 7]) {
      const { total, decode, preprocess, network, overhead } = smallestBound(costs(GPU), pictures, 12);
      expect(decode + preprocess + network + overhead).toBeCloseTo(total, 9);
    }
  });

  it('counts every region of a picture, in the batches that are quickest', () => {
    // Alone one after the other, or together: on a flat curve that is the same network time, but only the first waits for its preprocessing.
    expect(smallestBound(costs(FLAT), 3, 0)).toMatchObject({ network: 210, preprocess: costs(FLAT).preprocessMs(1) });
    expect(smallestBound(costs(GPU), 3, 0).network).toBe(14);
    expect(smallestBound(costs(GPU), 6, 0).network).toBe(25);
  });
});

describe('the words for a bound that cannot be kept', () => {
  it('advise a bound that is feasible beyond doubt', () => {
    const needed = smallestBound(costs(FLAT), 1, 33);
    const advised = advisedBoundMs(needed);
    expect(needed.total).toBeLessThanOrEqual(advised * FEASIBLE_SHARE);
    expect(advised - needed.total / FEASIBLE_SHARE).toBeLessThan(10);
    expect(infeasibleInWords(needed, 100, 1)).toBe(
      'a bound of 100 ms cannot be kept: a frame takes up to 108 ms even when nothing else waits (decode 33, preprocess 3, network 70, hand-over 2); ' +
        'raise maxLatencyMs to 120 or more, or make the network faster: engine.device, engine.precision, another model',
    );
  });

  it('do not call a bound too small that would do now, while the judgement waits', () => {
    const needed = smallestBound(costs(FLAT), 1, 33);
    expect(infeasibleInWords(needed, 110, 1)).toMatch(
      /^a bound of 110 ms could not be kept, and hardly can now: a frame takes up to 108 ms .*; raise maxLatencyMs to 120 or more/,
    );
    expect(infeasibleInWords(needed, 500, 1)).toBe(
      'a bound of 500 ms could not be kept: now a frame takes up to 108 ms even when nothing else waits (decode 33, preprocess 3, network 70, hand-over 2), ' +
        'and when that lasts it counts as kept again',
    );
  });

  it('leave decoding out while nothing is known of it', () => {
    expect(infeasibleInWords(smallestBound(costs(FLAT), 1, 0), 60, 1)).toContain('(preprocess 3, network 70, hand-over 2)');
  });

  it('point to decoding where that takes the time, and to regions where there are several', () => {
    expect(infeasibleInWords(smallestBound(costs(GPU), 1, 300), 250, 1)).toMatch(/or shorten decoding/);
    expect(infeasibleInWords(smallestBound(costs(FLAT), 3, 0), 100, 3)).toContain('a frame with its 3 regions takes');
  });
});
