import type { SimulatedCamera } from './arrivals.ts';
import type { CostCurve } from './cost-curve.ts';
import { CPU, FLAT, GPU, H100, MIDDLING } from './curves.ts';
import type { Random } from './random.ts';
import type { Recipe } from './scenario.ts';

/** Policies were chosen with these seeds … */
export const TUNING_SEEDS: readonly number[] = [1, 2, 3];
/** … and are reported with these, which nobody looked at before. */
export const REPORT_SEEDS: readonly number[] = [101, 102, 103];

/** A door must be seen at once, a yard soon; a car park is looked at rarely, and has time. */
const KINDS = {
  door: { maxLatencyMs: 100, periodMs: 500 },
  yard: { maxLatencyMs: 500, periodMs: 1_000 },
  carPark: { maxLatencyMs: 2_000, periodMs: 2_500 },
} as const;

type Kind = keyof typeof KINDS;

/** In turn: a quarter doors, half yards, a quarter car parks. */
const MIXED: readonly Kind[] = ['yard', 'door', 'carPark', 'yard'];

/** A camera on a steady network: on the grid of its own 25 frames/s, give or take the network; one frame of fifty is held up. */
function camera(index: number, kind: Kind, random: Random): SimulatedCamera {
  const { maxLatencyMs } = KINDS[kind];
  // No two cameras have the same clock.
  const periodMs = KINDS[kind].periodMs * random.between(0.9, 1.1);
  return {
    spec: { cameraId: `camera${index}`, region: 'full', crop: null, maxLatencyMs, weight: index % 3 === 0 ? 2 : 1 },
    periodMs,
    phaseMs: random.next() * periodMs,
    jitterMs: 10,
    holdUpShare: 0.02,
    holdUpMs: 80,
    mortality: null,
  };
}

function mixed(count: number): (random: Random) => SimulatedCamera[] {
  return (random) => Array.from({ length: count }, (_, index) => camera(index, MIXED[index % MIXED.length] ?? 'yard', random));
}

/** Mixed cameras, and one whose bound is half of a door's. */
function oneInAHurry(count: number): (random: Random) => SimulatedCamera[] {
  return (random) => mixed(count)(random).map((each, index) => (index === 1 ? { ...each, spec: { ...each.spec, maxLatencyMs: 45 } } : each));
}

/** Cameras of a bad network: nobody can foresee their next frame. */
function erratic(count: number): (random: Random) => SimulatedCamera[] {
  return (random) => mixed(count)(random).map((each) => ({ ...each, jitterMs: 0.3 * each.periodMs, holdUpShare: 0.05, holdUpMs: 300 }));
}

/** Key frames only, cameras of one make switched on together: in four groups, each of which comes at once. Every eighth camera is a door that does not. */
function bursts(count: number): (random: Random) => SimulatedCamera[] {
  return (random) =>
    Array.from({ length: count }, (_, index): SimulatedCamera => {
      if (index % 8 === 0) return camera(index, 'door', random);
      const group = index % 4;
      const together = { periodMs: 2_000, phaseMs: 500 * group, jitterMs: 40, holdUpShare: 0 };
      return { ...camera(index, index % 2 === 0 ? 'yard' : 'carPark', random), ...together };
    });
}

/** Each camera goes away every twenty seconds or so, for five. */
function comingAndGoing(count: number): (random: Random) => SimulatedCamera[] {
  return (random) => mixed(count)(random).map((each) => ({ ...each, mortality: { liveMs: 20_000, deadMs: 5_000 } }));
}

/** All alike but in weight: 1, 2, 4 and 8. */
function weighted(count: number): (random: Random) => SimulatedCamera[] {
  return (random) =>
    Array.from({ length: count }, (_, index) => {
      const yard = camera(index, 'yard', random);
      return { ...yard, spec: { ...yard.spec, weight: 2 ** (index % 4) } };
    });
}

const LOADS = [0.5, 0.8, 0.95, 2] as const;

function many(
  name: string,
  curve: CostCurve,
  count: number,
  loads: readonly number[],
  cameras: (count: number) => Recipe['cameras'],
  durationMs: number,
): Recipe[] {
  return loads.map((load) => ({ name, curve, load, durationMs, cameras: cameras(count) }));
}

export const RECIPES: readonly Recipe[] = [
  ...many('mixed', FLAT, 24, LOADS, mixed, 120_000),
  ...many('mixed', CPU, 24, LOADS, mixed, 120_000),
  ...many('mixed', GPU, 400, LOADS, mixed, 15_000),
  ...many('few', FLAT, 4, [0.5, 0.8, 0.95], mixed, 120_000),
  // Added when pipeline measurements had shown five cameras in batches of eight.
  ...many('few', CPU, 5, [2], mixed, 120_000),
  // Added when it had been measured; nothing was tuned on it.
  ...many('large GPU', H100, 1_000, LOADS, mixed, 10_000),
  // Added when a review had shown what one tight bound, and an engine of middling speed, did to the policy; both were mended with other seeds.
  ...many('one in a hurry', GPU, 400, [0.8], oneInAHurry, 15_000),
  ...many('sixty', MIDDLING, 60, [0.5, 0.8], mixed, 30_000),
  ...many('many', GPU, 2_000, [0.5, 0.95, 2], mixed, 40_000),
  ...many('erratic', FLAT, 24, [0.5, 0.8, 0.95], erratic, 120_000),
  ...many('erratic', CPU, 24, [0.5, 0.8, 0.95], erratic, 120_000),
  ...many('bursts', CPU, 32, [0.5, 0.8, 0.95], bursts, 120_000),
  ...many('bursts', GPU, 400, [0.5, 0.8, 0.95], bursts, 15_000),
  ...many('coming and going', CPU, 30, [0.8, 2], comingAndGoing, 120_000),
  ...many('weighted', CPU, 24, [2], weighted, 120_000),
];

/** The world in which a decision of ours costs the most, of those that can be served: every batch is in somebody's way. */
export const LOOKING_AHEAD: Recipe = { name: 'mixed', curve: CPU, load: 0.8, durationMs: 120_000, cameras: mixed(24) };

export function nameOfRecipe({ name, curve, load }: Recipe): string {
  return `${name} ${curve.name} ${load}`;
}
