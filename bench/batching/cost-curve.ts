import type { Random } from './random.ts';

/** What a machine costs: T(size) in ms, and what disturbs it. */
export interface CostCurve {
  readonly name: string;
  /** Allowed batch sizes, ascending. */
  readonly sizes: readonly number[];
  /** Mean of a batch that runs at this allowed size, ms. */
  readonly inferenceMs: (size: number) => number;
  /** One picture, ms. */
  readonly preprocessMs: number;
  /** Relative standard deviation of each batch. */
  readonly noise: number;
  /** Mean time between two moments at which the machine stands still, and for how long it does, ms. */
  readonly pauses: { readonly everyMs: number; readonly lengthMs: number };
  /** What a real machine did, in place of `noise` and of what warm-up would measure; absent where the curve is made up. */
  readonly measured?: MeasuredCosts;
}

/** Drawn anew for each batch from the durations of batches that ran. */
export interface MeasuredCosts {
  readonly warmUpMs: Readonly<Record<number, number>>;
  readonly drawInferenceMs: (size: number, random: Random) => number;
  /** For a batch of `count` pictures. */
  readonly drawPreprocessMs: (count: number, random: Random) => number;
  /** Nothing is ever drawn below these. */
  readonly least: { readonly inferenceMs: (size: number) => number; readonly preprocessMs: number };
}

/** The machine stands still: a batch that runs then ends so much later. */
export interface Pause {
  readonly atMs: number;
  readonly lengthMs: number;
}

/** Pauses belong to the machine's time, not to a batch: every policy meets the same ones, whatever it does. */
export function pausesOf({ pauses: { everyMs, lengthMs } }: CostCurve, durationMs: number, random: Random): Pause[] {
  const pauses: Pause[] = [];
  for (let atMs = random.exponential(everyMs); atMs < durationMs; atMs += lengthMs + random.exponential(everyMs)) pauses.push({ atMs, lengthMs });
  return pauses;
}

/** When work of `workMs` ends that begins at `startMs`: pauses in between come on top. `pauses` ascending. */
export function endOfWork(startMs: number, workMs: number, pauses: readonly Pause[]): number {
  let endMs = startMs + workMs;
  for (const { atMs, lengthMs } of pauses) {
    if (atMs >= endMs) break;
    endMs += Math.max(0, atMs + lengthMs - Math.max(startMs, atMs));
  }
  return endMs;
}

/** One batch at allowed size `size`, ms. */
export function drawInferenceMs(curve: CostCurve, size: number, random: Random): number {
  return curve.measured?.drawInferenceMs(size, random) ?? disturbed(curve.inferenceMs(size), curve, random);
}

/** Preparing `count` pictures, ms. */
export function drawPreprocessMs(curve: CostCurve, count: number, random: Random): number {
  return curve.measured?.drawPreprocessMs(count, random) ?? disturbed(curve.preprocessMs * count, curve, random);
}

/** ms a batch as warm-up would measure it: a high quantile of a few runs. */
export function warmUpCosts(curve: CostCurve): Readonly<Record<number, number>> {
  if (curve.measured !== undefined) return curve.measured.warmUpMs;
  return Object.fromEntries(curve.sizes.map((size) => [size, curve.inferenceMs(size) * (1 + 1.6 * curve.noise)]));
}

/** The most pictures a second that the curve allows while the machine does not stand still. */
export function bestRatePerSecond(curve: CostCurve): number {
  return 1_000 * Math.max(...curve.sizes.map((size) => size / Math.max(curve.inferenceMs(size), curve.preprocessMs * size)));
}

/** The same machine without what delays it: no batch of it takes longer than it can take with any luck. Noise around a mean is left out. */
export function undelayed(curve: CostCurve): CostCurve {
  return { ...curve, ...curve.measured?.least };
}

function disturbed(ms: number, { noise }: CostCurve, random: Random): number {
  return ms * Math.max(0.5, 1 + noise * random.normal());
}

/** The same machine without noise and standstills. */
export function undisturbed(curve: CostCurve): CostCurve {
  return { ...curve, noise: 0, pauses: { everyMs: Number.POSITIVE_INFINITY, lengthMs: 0 } };
}
