import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CostModel } from '../../../src/batching/cost-model.ts';

const SIZES = [1, 2, 4, 8, 16];
const TRUTH: Readonly<Record<number, number>> = { 1: 6, 2: 7, 4: 9, 8: 12, 16: 20 };
const PREPROCESS_MS = 0.8;
const OVERHEAD_MS = 1.5;

/**
 * Good measurements after which nothing is left of what was believed before: a window of them; and as a measurement counts for ten times
 * the usual at most, half a window more for each factor of ten by which the model believed too little.
 */
const WINDOW = 48;
const PER_FACTOR_OF_TEN = WINDOW / 2 + 1;
/** The least that passes for a duration, against the longest of the truth. */
const FACTORS_OF_TEN = Math.ceil(Math.log10((TRUTH[16] ?? 1) / 0.001));

const nonsense = fc.oneof(
  fc.constantFrom(0, -0, -1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.MAX_VALUE, Number.MIN_VALUE, 0.001, 599_999),
  fc.double({ noNaN: false }),
  fc.double({ min: 0.01, max: 10_000, noNaN: true }),
);
const size = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...SIZES) },
  { weight: 1, arbitrary: fc.constantFrom(0, -1, 3, 1.5, Number.NaN, 1_000) },
);
const stated = fc.dictionary(fc.constantFrom('1', '2', '4', '8', '16', 'NaN'), nonsense);
/** Everything that can be told to a cost model. */
const tales = fc.array(
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        tell: fc.constant('batch'),
        size,
        count: fc.oneof(fc.nat(16), nonsense),
        inferenceMs: nonsense,
        preprocessMs: nonsense,
      }),
    },
    { weight: 2, arbitrary: fc.record({ tell: fc.constant('overhead'), ms: nonsense }) },
    { weight: 1, arbitrary: fc.record({ tell: fc.constant('ladder'), sizes: fc.array(size, { maxLength: 6 }), stated }) },
  ),
  { maxLength: 120 },
);

type Tale = typeof tales extends fc.Arbitrary<ReadonlyArray<infer T>> ? T : never;

function tell(costs: CostModel, tale: Tale): void {
  if ('stated' in tale) costs.setLadder(tale.sizes, tale.stated);
  else if ('ms' in tale) costs.observeOverhead(tale.ms);
  else costs.observe(tale.size, tale.count, tale.inferenceMs, tale.preprocessMs);
}

function expectSane(costs: CostModel): void {
  const { ladder } = costs;
  expect(ladder.length).toBeGreaterThan(0);
  expect(ladder.every((each, index) => Number.isInteger(each) && each > (ladder[index - 1] ?? 0))).toBe(true);
  const figures = [...ladder, 3, 1_000].flatMap((each) => [
    costs.soonestMs(each),
    costs.typicalMs(each),
    costs.safeMs(each),
    costs.preprocessMs(each),
  ]);
  figures.push(costs.overheadMs, costs.smallestFeasibleBoundMs, costs.bestRatePerMs);
  expect(figures.filter((ms) => !(ms > 0 && ms < Number.POSITIVE_INFINITY))).toEqual([]);
  for (const cost of [costs.soonestMs, costs.typicalMs, costs.safeMs].map((each) => each.bind(costs))) {
    const bySize = ladder.map(cost);
    expect(bySize).toEqual(bySize.toSorted((a, b) => a - b));
  }
  for (const each of ladder) {
    expect(costs.soonestMs(each)).toBeLessThanOrEqual(costs.typicalMs(each));
    expect(costs.typicalMs(each)).toBeLessThanOrEqual(costs.safeMs(each));
  }
  expect(ladder).toContain(costs.bestThroughputSize);
  expect([null, ...ladder]).toContain(costs.trialSize(16));
  for (const count of [0, 1, 3, 16, 1_000])
    expect([ladder.includes(costs.sizeFor(count)), ladder.includes(costs.sizeWithin(count))]).toEqual([true, true]);
}

const measureWell = (costs: CostModel, rounds: number) => {
  for (let round = 0; round < rounds; round++) {
    for (const each of SIZES) costs.observe(each, each, TRUTH[each] ?? Number.NaN, PREPROCESS_MS * each);
    costs.observeOverhead(OVERHEAD_MS);
  }
};

function expectTrue(costs: CostModel): void {
  for (const each of SIZES)
    expect([costs.soonestMs(each), costs.typicalMs(each), costs.safeMs(each)]).toEqual([TRUTH[each], TRUTH[each], TRUTH[each]]);
  expect(costs.bestThroughputSize).toBe(16);
  expect(costs.overheadMs).toBe(OVERHEAD_MS);
  expect(costs.preprocessMs(1)).toBeCloseTo(PREPROCESS_MS);
}

describe('what batches cost', () => {
  it('stays sane whatever it is told: positive, finite, never falling with size, the best size an allowed one', () => {
    fc.assert(
      fc.property(stated, tales, (costMs, told) => {
        const costs = new CostModel(SIZES, costMs);
        expectSane(costs);
        for (const tale of told) tell(costs, tale);
        expectSane(costs);
      }),
      { numRuns: 100 },
    );
  });

  it(`is true again after ${WINDOW} good measurements of each size, and ${PER_FACTOR_OF_TEN} for each factor of ten by which it believed too little`, () => {
    fc.assert(
      fc.property(stated, tales, (costMs, told) => {
        const costs = new CostModel(SIZES, costMs);
        for (const tale of told) if (!('stated' in tale)) tell(costs, tale);
        measureWell(costs, WINDOW + FACTORS_OF_TEN * PER_FACTOR_OF_TEN);
        expectTrue(costs);
      }),
      { numRuns: 12 },
    );
  });

  it(`is true again after ${WINDOW} good measurements when it believed too much`, () => {
    const tooMuch = fc.array(fc.tuple(fc.constantFrom(...SIZES), fc.double({ min: 20, max: 599_999, noNaN: true })), { maxLength: 200 });
    fc.assert(
      fc.property(tooMuch, (told) => {
        const costs = new CostModel(SIZES, TRUTH);
        measureWell(costs, WINDOW);
        for (const [each, ms] of told) costs.observe(each, each, ms, ms);
        measureWell(costs, WINDOW);
        expectTrue(costs);
      }),
      { numRuns: 12 },
    );
  });

  it('takes one outlier for ten times the usual at most, however little was measured', () => {
    fc.assert(
      fc.property(fc.constantFrom(...SIZES), fc.nat(60), fc.double({ min: 10, max: 10_000, noNaN: true }), (hung, rounds, factor) => {
        const costs = new CostModel(SIZES, TRUTH);
        measureWell(costs, rounds);
        costs.observe(hung, hung, factor * (TRUTH[hung] ?? Number.NaN), PREPROCESS_MS * hung);
        expect(costs.safeMs(hung)).toBeLessThanOrEqual(10 * (TRUTH[hung] ?? Number.NaN));
        expect(costs.typicalMs(hung)).toBe(TRUTH[hung]);
      }),
      { numRuns: 30 },
    );
  });

  it('is not moved by hundredfold outliers, two in a window of measurements', () => {
    fc.assert(
      fc.property(fc.constantFrom(...SIZES), fc.array(fc.integer({ min: WINDOW / 2, max: 100 }), { maxLength: 6 }), (hung, gaps) => {
        const costs = new CostModel(SIZES, TRUTH);
        measureWell(costs, WINDOW);
        for (const gap of gaps) {
          measureWell(costs, gap);
          costs.observe(hung, hung, 100 * (TRUTH[hung] ?? Number.NaN), 100 * PREPROCESS_MS);
          costs.observeOverhead(100 * OVERHEAD_MS);
          expectTrue(costs);
        }
      }),
      { numRuns: 12 },
    );
  });

  it('forgets one bad minute of a size that it no longer uses', () => {
    fc.assert(
      fc.property(fc.constantFrom(...SIZES), fc.constantFrom(...SIZES), (bad, used) => {
        fc.pre(bad !== used);
        const costs = new CostModel(SIZES, TRUTH);
        for (let batch = 0; batch < 60; batch++) costs.observe(bad, bad, 9 * (TRUTH[bad] ?? 1), 1);
        for (let batch = 0; batch < 2 * 32 * WINDOW; batch++) costs.observe(used, used, TRUTH[used] ?? 1, 1);
        expect(costs.safeMs(bad)).toBeLessThan(1.25 * (TRUTH[bad] ?? 1));
      }),
      { numRuns: 12 },
    );
  });

  it('tries a size that always fails no more often than others', () => {
    const costs = new CostModel(SIZES, { 1: 10, 2: 20, 4: 40, 8: 80, 16: 160 });
    let failures = 0;
    for (let batch = 0; batch < 1_000; batch++) {
      const trial = costs.trialSize(16);
      if (trial === null) costs.observe(1, 1, 10, 1);
      else if (batch % 2 === 0) costs.failed(trial);
      else costs.observe(trial, trial, Number.NaN, Number.NaN);
      if (trial !== null) failures++;
    }
    expect(failures).toBeLessThan(1_000 / 10);
  });
});
