import type { SlotSpec } from '../../src/batching/batch.ts';
import type { Random } from './random.ts';
import { bestRatePerSecond, type CostCurve } from './simulated-engine.ts';

const SIZES = [1, 2, 4, 8, 16];

/** A CPU whose batches gain nothing, the measured two-thread CPU (27 → 34 frames/s), and a GPU. */
export const CURVES: readonly CostCurve[] = [
  { name: 'flat', sizes: SIZES, inferenceMs: (size) => 30 * size, preprocessMs: 2.5, noise: 0.04, stallShare: 0.002 },
  { name: 'cpu', sizes: SIZES, inferenceMs: (size) => 7.5 + 29.5 * size, preprocessMs: 2.5, noise: 0.04, stallShare: 0.002 },
  { name: 'gpu', sizes: SIZES, inferenceMs: (size) => 5 + 0.9 * size, preprocessMs: 0.6, noise: 0.06, stallShare: 0.002 },
];

export interface Scenario {
  readonly curve: CostCurve;
  /** Asked for against the best that is possible. */
  readonly load: number;
  readonly durationMs: number;
  readonly cameras: readonly SimulatedCamera[];
}

export interface SimulatedCamera {
  readonly spec: SlotSpec;
  readonly periodMs: number;
  readonly phaseMs: number;
  /** Each frame comes up to this share of a period early or late. */
  readonly jitter: number;
}

/** Doors that allow 100 ms, yards that allow 500 ms and car parks that allow 2 s; every third camera counts double under overload. */
export function mixedBounds(curve: CostCurve, load: number, random: Random): Scenario {
  const count = curve.name === 'gpu' ? 160 : 20;
  const periodMs = (1_000 * count) / (load * bestRatePerSecond(curve));
  const cameras = Array.from({ length: count }, (_, index): SimulatedCamera => {
    const bound = [500, 100, 2_000, 500][index % 4] ?? 500;
    return {
      spec: { cameraId: `camera${index}`, region: 'full', crop: null, maxLatencyMs: bound, weight: index % 3 === 0 ? 2 : 1 },
      periodMs: periodMs * random.between(0.8, 1.25),
      phaseMs: random.next() * periodMs,
      jitter: 0.2,
    };
  });
  const demanded = cameras.reduce((sum, camera) => sum + 1_000 / camera.periodMs, 0);
  const scale = demanded / (load * bestRatePerSecond(curve));
  return {
    curve,
    load,
    durationMs: curve.name === 'gpu' ? 30_000 : 120_000,
    cameras: cameras.map((camera) => ({ ...camera, periodMs: camera.periodMs * scale })),
  };
}
