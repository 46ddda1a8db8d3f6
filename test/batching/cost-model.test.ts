import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CostModel } from '../../src/batching/cost-model.ts';

const SIZES = [1, 2, 4, 8, 16];
const GPU = { 1: 6, 2: 7, 4: 9, 8: 12, 16: 20 };

describe('CostModel', () => {
  it('does not pad a batch where a smaller one judges more pictures a second', () => {
    const costs = new CostModel([1, 2, 4, 8], { 1: 60, 2: 110, 4: 200, 8: 390 });
    expect([1, 2, 3, 4, 5, 7, 8, 20].map((count) => costs.bestSizeFor(count))).toEqual([1, 2, 2, 4, 4, 4, 8, 8]);
    const gpu = new CostModel([1, 8], { 1: 10, 8: 11 });
    expect([1, 2].map((count) => gpu.bestSizeFor(count))).toEqual([1, 8]);
  });

  it('starts from what warm-up measured', () => {
    const costs = new CostModel(SIZES, GPU);
    expect(SIZES.map((size) => costs.safeMs(size))).toEqual([6, 7, 9, 12, 20]);
    expect(costs.bestThroughputSize).toBe(16);
    expect(costs.smallestFeasibleBoundMs).toBeGreaterThan(6);
  });

  it('rounds up to an allowed size, and down', () => {
    const costs = new CostModel(SIZES, GPU);
    expect([1, 3, 5, 16, 40].map((count) => costs.sizeFor(count))).toEqual([1, 4, 8, 16, 16]);
    expect([0, 1, 3, 7, 40].map((count) => costs.sizeWithin(count))).toEqual([1, 1, 2, 4, 16]);
  });

  it('calls the smallest of equally good sizes the best', () => {
    expect(new CostModel(SIZES, { 1: 30, 2: 60, 4: 120, 8: 240, 16: 480 }).bestThroughputSize).toBe(1);
  });

  it('follows a machine that slows down, for sizes that are not in use as well', () => {
    const costs = new CostModel(SIZES, GPU);
    for (let batch = 0; batch < 3_000; batch++) costs.observe(4, 4, 27, 4);
    expect(costs.typicalMs(4)).toBe(27);
    expect(costs.typicalMs(16)).toBeCloseTo(60, 0);
    expect(costs.preprocessMs(4)).toBeCloseTo(4);
  });

  it('forgets a bad minute of a size that it no longer uses', () => {
    const costs = new CostModel(SIZES, GPU);
    for (let batch = 0; batch < 60; batch++) costs.observe(16, 16, 180, 16);
    expect(costs.typicalMs(16)).toBe(180);
    for (let batch = 0; batch < 3_000; batch++) costs.observe(4, 4, 9, 4);
    expect(costs.typicalMs(16)).toBeLessThan(25);
  });

  it('scales costs that are missing or impossible from the nearest that is known', () => {
    const costs = new CostModel([1, 4, 8], { 1: Number.NaN, 4: 40, 8: -3 });
    expect([1, 4, 8].map((size) => costs.typicalMs(size))).toEqual([10, 40, 80]);
    expect(new CostModel([], {}).ladder).toEqual([1]);
  });

  it('takes a smaller ladder', () => {
    const costs = new CostModel(SIZES, GPU);
    costs.setLadder([1, 2, 4], { 1: 6, 2: 7, 4: 9 });
    expect(costs.largestSize).toBe(4);
    expect(costs.bestThroughputSize).toBe(4);
    costs.observe(16, 16, 20, 16);
    expect(costs.sizeFor(16)).toBe(4);
  });

  it('stays sane whatever it is told: positive, finite, never falling with size, safe never below typical', () => {
    const nonsense = fc.oneof(
      fc.constantFrom(0, -1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e300, Number.MIN_VALUE, 2_000),
      fc.double({ min: 0.01, max: 1e6, noNaN: true }),
    );
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('1', '2', '4', '8', '16'), nonsense),
        fc.array(fc.tuple(fc.constantFrom(...SIZES, 3, 0), fc.integer({ min: 0, max: 16 }), nonsense, nonsense), { maxLength: 200 }),
        (seeds, seen) => {
          const costs = new CostModel(SIZES, seeds);
          for (const [size, count, inferenceMs, preprocessMs] of seen) {
            costs.observe(size, count, inferenceMs, preprocessMs);
            costs.observeOverhead(inferenceMs);
          }
          let previous = 0;
          for (const size of SIZES) {
            for (const ms of [costs.soonestMs(size), costs.typicalMs(size), costs.safeMs(size), costs.preprocessMs(size)]) {
              expect(ms).toBeGreaterThan(0);
              expect(Number.isFinite(ms)).toBe(true);
            }
            expect(costs.typicalMs(size)).toBeGreaterThanOrEqual(previous);
            expect(costs.safeMs(size)).toBeGreaterThanOrEqual(costs.typicalMs(size));
            previous = costs.typicalMs(size);
          }
          expect(SIZES).toContain(costs.bestThroughputSize);
          expect(Number.isFinite(costs.overheadMs)).toBe(true);
        },
      ),
    );
  });

  it('does not believe a hundredfold outlier', () => {
    const costs = new CostModel(SIZES, GPU);
    costs.observe(16, 16, 2_000, 1_600);
    expect(costs.safeMs(16)).toBeLessThanOrEqual(200);
    for (let batch = 0; batch < 50; batch++) costs.observe(16, 16, batch % 40 === 0 ? 2_000 : 20, 16);
    expect(costs.safeMs(16)).toBe(20);
  });
});

describe('trialSize', () => {
  const measured = (costs: CostModel, size: number, ms: number, times: number) => {
    for (let i = 0; i < times; i += 1) costs.observe(size, size, ms, 1);
  };

  it('finds out that a size is better than warm-up said, under overload', () => {
    const costs = new CostModel([1, 8], { 1: 70, 8: 566 });
    expect(costs.bestThroughputSize).toBe(1);
    let trials = 0;
    for (let batch = 0; batch < 400; batch += 1) {
      const size = costs.trialSize(16) ?? costs.bestThroughputSize;
      if (size === 8 && costs.bestThroughputSize === 1) trials += 1;
      costs.observe(size, size, size === 8 ? 490 : 80, 1);
    }
    expect(costs.bestThroughputSize).toBe(8);
    expect(trials).toBeLessThan(20);
  });

  it('never tries more than waits, nor what is known to be much worse', () => {
    const costs = new CostModel([1, 2, 4], { 1: 10, 2: 11, 4: 12 });
    measured(costs, 4, 12, 200);
    for (let batch = 0; batch < 100; batch += 1) {
      expect(costs.trialSize(4)).toBeNull();
      measured(costs, 4, 12, 1);
    }
    const flat = new CostModel([1, 2, 4], { 1: 10, 2: 20, 4: 40 });
    const tried = new Set<number | null>();
    for (let batch = 0; batch < 100; batch += 1) {
      tried.add(flat.trialSize(2));
      measured(flat, 1, 10, 1);
    }
    expect([...tried].toSorted()).toEqual([2, null]);
  });
});
