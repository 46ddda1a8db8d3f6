import type { CostCurve } from './cost-curve.ts';

const CPU_SIZES = [1, 2, 4, 8, 16];

/** A CPU whose batches gain nothing: one thread, as measured (16–17.5 frames/s at any size), twice as fast. Stalls last four times the smallest batch: it takes five times as long. */
export const FLAT: CostCurve = {
  name: 'flat',
  sizes: CPU_SIZES,
  inferenceMs: (size) => 30 * size,
  preprocessMs: 2.5,
  noise: 0.04,
  pauses: { everyMs: 20_000, lengthMs: 120 },
};

/** Two threads of a CPU, as measured: 27 frames/s one by one, 33 in large batches. */
export const CPU: CostCurve = { ...FLAT, name: 'cpu', inferenceMs: (size) => 7.5 + 29.5 * size, pauses: { everyMs: 20_000, lengthMs: 148 } };

/** A small GPU: a batch of 16 takes 3.3 times as long as one picture. */
export const GPU: CostCurve = {
  name: 'gpu',
  sizes: CPU_SIZES,
  inferenceMs: (size) => 5 + 0.9 * size,
  preprocessMs: 0.6,
  noise: 0.06,
  pauses: { everyMs: 5_000, lengthMs: 24 },
};

/** This program on one NVIDIA H100 through CUDA (curves/h100-engine.json, medians): sixteen pictures take 1.7 times as long as one. */
const H100_MS: Readonly<Record<number, number>> = { 1: 3.6, 2: 4.8, 4: 5, 8: 5.4, 16: 6.3 };

export const H100: CostCurve = {
  name: 'h100',
  sizes: CPU_SIZES,
  inferenceMs: (size) => H100_MS[size] ?? Number.NaN,
  preprocessMs: 0.3,
  noise: 0.08,
  pauses: { everyMs: 5_000, lengthMs: 14 },
};

/** An engine between the two: a picture alone takes a fifth of a door's bound, sixteen take three and a half times as long. */
export const MIDDLING: CostCurve = {
  name: 'middling',
  sizes: CPU_SIZES,
  inferenceMs: (size) => 15 + 3 * size,
  preprocessMs: 1,
  noise: 0.05,
  pauses: { everyMs: 10_000, lengthMs: 72 },
};
