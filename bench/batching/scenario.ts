import { type Arrival, arrivalsOf, type SimulatedCamera } from './arrivals.ts';
import { bestRatePerSecond, type CostCurve, type Pause, pausesOf } from './cost-curve.ts';
import { Random } from './random.ts';

/** One world to play: the same arrivals and the same pauses for every policy. */
export interface Scenario {
  readonly name: string;
  readonly curve: CostCurve;
  /** Asked for against the best that is possible. */
  readonly load: number;
  readonly seed: number;
  readonly durationMs: number;
  readonly cameras: readonly Pick<SimulatedCamera, 'spec'>[];
  /** In the order in which they are offered. */
  readonly arrivals: readonly Arrival[];
  readonly pauses: readonly Pause[];
}

/** A kind of world, from which each seed makes one. */
export interface Recipe {
  readonly name: string;
  readonly curve: CostCurve;
  readonly load: number;
  readonly durationMs: number;
  /** Periods relative to each other: all are scaled together until `load` is asked for. */
  readonly cameras: (random: Random) => readonly SimulatedCamera[];
}

export function scenarioOf({ name, curve, load, durationMs, cameras: camerasOf }: Recipe, seed: number): Scenario {
  const random = new Random(seed * 7_919);
  const drawn = camerasOf(random);
  const asked = drawn.reduce((sum, camera) => sum + 1_000 / camera.periodMs, 0);
  const scale = asked / (load * bestRatePerSecond(curve));
  const cameras = drawn.map((camera) => ({ ...camera, periodMs: camera.periodMs * scale, phaseMs: camera.phaseMs * scale }));
  const arrivals = cameras.flatMap((camera, index) => arrivalsOf(index, camera, durationMs, new Random(seed * 104_729 + index * 7)));
  arrivals.sort((a, b) => a.offeredMs - b.offeredMs || a.camera - b.camera);
  return { name, curve, load, seed, durationMs, cameras, arrivals, pauses: pausesOf(curve, durationMs, new Random(seed * 15_485_863)) };
}

/** The most frames that can be judged from `fromMs` to `toMs`. */
export function capacityOf({ curve, pauses, durationMs }: Scenario, fromMs: number = 0, toMs: number = durationMs): number {
  const still = pauses.reduce((sum, { atMs, lengthMs }) => sum + Math.max(0, Math.min(toMs, atMs + lengthMs) - Math.max(fromMs, atMs)), 0);
  return (bestRatePerSecond(curve) * (toMs - fromMs - still)) / 1_000;
}
