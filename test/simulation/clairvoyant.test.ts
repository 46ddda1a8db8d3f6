import { describe, expect, it } from 'vitest';
import { clairvoyantBound } from '../../bench/batching/clairvoyant.ts';
import { DEADLINE, EAGER, FIFO, TOLD } from '../../bench/batching/contender.ts';
import { type CostCurve, undisturbed } from '../../bench/batching/cost-curve.ts';
import { CPU, FLAT, GPU } from '../../bench/batching/curves.ts';
import { RECIPES } from '../../bench/batching/recipes.ts';
import { type Scenario, scenarioOf } from '../../bench/batching/scenario.ts';
import { simulate } from '../../bench/batching/simulate.ts';

const CALM = undisturbed(FLAT);

/** One camera a list: when its frames are offered, decoded in 5 ms. */
function scenario(cameras: readonly (readonly number[])[], about: Partial<Scenario> & { readonly boundMs: number }): Scenario {
  const { boundMs, ...rest } = about;
  const arrivals = cameras.flatMap((offers, camera) => offers.map((offeredMs) => ({ camera, receivedMs: offeredMs - 5, offeredMs })));
  return {
    ...{ name: 'x', curve: CALM, load: 0.5, seed: 1, durationMs: 2_000, pauses: [] },
    cameras: cameras.map((_, index) => ({ spec: { cameraId: `camera${index}`, region: 'full', crop: null, maxLatencyMs: boundMs, weight: 1 } })),
    arrivals: arrivals.sort((a, b) => a.offeredMs - b.offeredMs),
    ...rest,
  };
}

const missed = (about: Scenario) => clairvoyantBound(about).missed;

describe('clairvoyantBound', () => {
  it('misses what is physics, and no more', () => {
    // 5 of decoding, 2.5 of preparing, 30 of inference, 1 of handing over: 38.5.
    expect(missed(scenario([[100]], { boundMs: 39 }))).toBe(0);
    expect(missed(scenario([[100]], { boundMs: 38 }))).toBe(1);
    expect(missed(scenario([[100], [100]], { boundMs: 60 }))).toBe(1);
    expect(missed(scenario([[100], [100]], { boundMs: 75 }))).toBe(0);
    expect(missed(scenario([[100], [100], [100], [100], [100]], { boundMs: 75 }))).toBe(3);
  });

  it('gives up a frame that came too late to be prepared, and goes on', () => {
    // Room for 32 ms when it comes: enough for the 30 of inference, not for preparing it before.
    expect(missed(scenario([[100]], { boundMs: 38 }))).toBe(1);
    expect(missed(scenario([[100], [400]], { boundMs: 38 }))).toBe(2);
    expect(missed(scenario([[100, 400], [105]], { boundMs: 38 }))).toBe(3);
  });

  it('leaves the engine idle where that is better', () => {
    const patient = scenario([[100], [105]], { boundMs: 45 });
    const [first, second] = patient.cameras;
    if (first === undefined || second === undefined) throw new Error('no cameras');
    expect(missed({ ...patient, cameras: [{ spec: { ...first.spec, maxLatencyMs: 500 } }, second] })).toBe(0);
  });

  it('foresees a standstill', () => {
    const pauses = [{ atMs: 120, lengthMs: 120 }];
    // Begun at once it would be caught by it.
    expect(missed(scenario([[100]], { boundMs: 100, pauses }))).toBe(1);
    expect(missed(scenario([[80]], { boundMs: 100, pauses }))).toBe(0);
  });

  it('has one of a row of frames judged that replace each other before the first of them is due', () => {
    const away = [{ atMs: 90, lengthMs: 400 }];
    const often = scenario([[100, 140, 180, 220, 260, 300]], { boundMs: 100 });
    expect(missed(often)).toBe(0);
    // Rows of three: 100 to 180 (replaced at 220, when the first is 125 old) and 220 to 300, whose last is nobody's successor.
    expect(missed({ ...often, pauses: away })).toBe(2);
  });

  const RANDOM = RECIPES.filter(({ name, curve, load }) => ['mixed', 'few', 'erratic'].includes(name) && curve !== GPU && load < 1 && load > 0.5);
  it.each(RANDOM.map((recipe) => [`${recipe.name}, ${recipe.curve.name}, ${recipe.load}`, recipe] as const))(
    'is below what any policy does: %s',
    async (_, recipe) => {
      const calm = scenarioOf({ ...recipe, curve: undisturbed(recipe.curve), durationMs: 10_000 }, 7);
      const least = missed(calm);
      for (const contender of [DEADLINE, TOLD, EAGER, FIFO]) expect((await simulate(calm, contender)).missed).toBeGreaterThanOrEqual(least);
    },
  );
});

describe('clairvoyantBound with unforeseen standstills', () => {
  const jumpy = (curve: CostCurve): CostCurve => ({ ...curve, noise: 0, pauses: { everyMs: 1_500, lengthMs: 120 } });

  it('counts those that a standstill hits, as often as one begins while they run', () => {
    const curve = jumpy(FLAT);
    const doors = scenario([Array.from({ length: 20 }, (_, index) => 100 + 200 * index)], { boundMs: 100, curve, durationMs: 5_000 });
    const hit = 1 - Math.exp(-30 / 1_500);
    expect(clairvoyantBound(doors, 'unforeseen').missed).toBeCloseTo(20 * hit);
    // Where nobody is late for it nobody counts.
    const patient = scenario([Array.from({ length: 20 }, (_, index) => 100 + 200 * index)], { boundMs: 190, curve, durationMs: 5_000 });
    expect(clairvoyantBound(patient, 'unforeseen').missed).toBe(0);
    // One in flight when it begins is forgiven; one that comes during it is not.
    const pauses = [{ atMs: 120, lengthMs: 120 }];
    expect(clairvoyantBound({ ...doors, pauses }, 'unforeseen').missed).toBeCloseTo(20 * hit);
    expect(clairvoyantBound({ ...doors, pauses: [{ atMs: 290, lengthMs: 120 }] }, 'unforeseen').missed).toBeCloseTo(1 + 19 * hit);
  });

  it.each([
    ['flat', FLAT],
    ['cpu', CPU],
  ] as const)('is below what policies do, on average: %s', async (_, curve) => {
    const recipe = RECIPES.find((each) => each.name === 'few' && each.curve === FLAT && each.load === 0.5);
    if (recipe === undefined) throw new Error('no recipe');
    const sums = { bound: 0, deadline: 0, told: 0 };
    for (let seed = 1; seed <= 24; seed++) {
      const world = scenarioOf({ ...recipe, curve: jumpy(curve), durationMs: 10_000 }, seed);
      sums.bound += clairvoyantBound(world, 'unforeseen').missed;
      sums.deadline += (await simulate(world, DEADLINE)).missed;
      sums.told += (await simulate(world, TOLD)).missed;
    }
    expect(sums.bound).toBeGreaterThan(30);
    expect(sums.deadline).toBeGreaterThan(sums.bound);
    expect(sums.told).toBeGreaterThan(sums.bound);
  });
});
