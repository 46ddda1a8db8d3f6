import type { Kernel } from './convolution.ts';

/** Weights in 8 bits: `weight ≈ values × scale of its filter`. */
export interface RoundedKernel {
  /** −127…127, in the kernel's order. */
  readonly values: Int8Array;
  /** One a filter, above 0. */
  readonly scales: Float32Array;
}

export const LARGEST_WEIGHT = 127;
/** Shares of a filter's largest weight that are tried as the largest that is represented. */
const SHARES: readonly number[] = Array.from({ length: 21 }, (_, index) => 1 - index / 50);
/** Smallest weights of a filter are taken for up to so many steps of its lattice. */
const MOST_STEPS = 8;
/** Of a step: farther away a weight does not lie on the lattice. */
const ON_LATTICE = 0.02;

/** Each filter gets the scale with the least squared error. */
export function roundKernel({ values, filters }: Pick<Kernel, 'values' | 'filters'>): RoundedKernel {
  const length = values.length / filters;
  const rounded = new Int8Array(values.length);
  const scales = new Float32Array(filters);
  for (let filter = 0; filter < filters; filter++) {
    const weights = values.subarray(filter * length, (filter + 1) * length);
    const scale = bestScale(weights);
    scales[filter] = scale;
    for (const [index, weight] of weights.entries()) rounded[filter * length + index] = roundWeight(weight, scale);
  }
  return { values: rounded, scales };
}

export function roundWeight(weight: number, scale: number): number {
  return Math.max(-LARGEST_WEIGHT, Math.min(LARGEST_WEIGHT, Math.round(weight / scale)));
}

function bestScale(weights: Float32Array): number {
  let largest = 0;
  for (const weight of weights) largest = Math.max(largest, Math.abs(weight));
  // All zeros: any scale says so.
  if (largest === 0) return 1;
  const lattice = latticeStep(weights, largest);
  const candidates = [...SHARES.map((share) => (largest * share) / LARGEST_WEIGHT), ...(lattice === null ? [] : [lattice])];
  let best = { scale: largest / LARGEST_WEIGHT, error: Number.POSITIVE_INFINITY };
  for (const candidate of candidates) {
    const scale = Math.fround(candidate);
    const error = squaredError(weights, scale, best.error);
    if (error < best.error) best = { scale, error };
  }
  return best.scale;
}

function squaredError(weights: Float32Array, scale: number, limit: number): number {
  let sum = 0;
  for (const weight of weights) {
    const error = weight - roundWeight(weight, scale) * scale;
    sum += error * error;
    if (sum >= limit) break;
  }
  return sum;
}

/**
 * The step of which all weights are whole multiples; null when there is none. Weights that were stored in 8 bits once (as those of TensorFlow.js models often are) have
 * one, and are represented without any error by it, unless that clips the largest.
 */
export function latticeStep(weights: Float32Array, largest: number): number | null {
  let smallest = largest;
  for (const weight of weights) if (Math.abs(weight) > largest * 1e-6) smallest = Math.min(smallest, Math.abs(weight));
  for (let steps = 1; steps <= MOST_STEPS; steps++) {
    const rough = smallest / steps;
    if (largest / rough > 2 * LARGEST_WEIGHT + 1) return null;
    // The largest weight tells the step most exactly.
    const step = largest / Math.round(largest / rough);
    if (weights.every((weight) => Math.abs(weight / step - Math.round(weight / step)) < ON_LATTICE)) return step;
  }
  return null;
}
