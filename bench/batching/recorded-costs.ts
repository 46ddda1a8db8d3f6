import type { ArrivalTrace, TraceRecord } from '../../src/batching/arrival-trace.ts';
import type { CostCurve } from './cost-curve.ts';
import type { Random } from './random.ts';

/** A size that ran less often says too little of itself: its durations are scaled from another size. */
const FEWEST_RUNS = 8;

type BatchRecord = Extract<TraceRecord, { kind: 'batch' }>;

/**
 * The machine of a trace: each batch costs what one of its size did there, drawn at random. A size that seldom ran costs what the nearest one
 * did, times their ratio at warm-up. Slow minutes are spread over the whole replay: what ran one after the other is not drawn one after the other.
 */
export function recordedCosts({ header, records }: ArrivalTrace): CostCurve {
  const batches = records.filter((record): record is BatchRecord => record.kind === 'batch');
  const { sizes, costMs, preprocessMs } = header;
  const ran = new Map(sizes.map((size) => [size, [] as number[]]));
  const prepared: number[] = [];
  for (const { paddedTo, cost, slots } of batches) {
    if (cost === null) continue;
    ran.get(paddedTo)?.push(cost.inferenceMs);
    prepared.push(cost.preprocessMs / slots.length);
  }
  const known = sizes.filter((size) => (ran.get(size)?.length ?? 0) >= FEWEST_RUNS);
  const durations = new Map(sizes.map((size) => [size, durationsOf(size, known, ran, costMs)]));
  const eachMs = prepared.length > 0 ? prepared : [preprocessMs];
  const of = (size: number) => durations.get(size) ?? [];
  return {
    ...{ name: 'recorded', sizes, preprocessMs: mean(eachMs), noise: 0, pauses: { everyMs: Number.POSITIVE_INFINITY, lengthMs: 0 } },
    inferenceMs: (size) => mean(of(size)),
    measured: {
      warmUpMs: costMs,
      drawInferenceMs: (size, random) => draw(of(size), random),
      drawPreprocessMs: (count, random) => count * draw(eachMs, random),
      least: { inferenceMs: (size) => Math.min(...of(size)), preprocessMs: Math.min(...eachMs) },
    },
  };
}

/** At least one. `known`: sizes that ran often enough. */
function durationsOf(
  size: number,
  known: readonly number[],
  ran: ReadonlyMap<number, readonly number[]>,
  costMs: Readonly<Record<number, number>>,
): readonly number[] {
  const distance = (other: number) => Math.abs(Math.log(other / size));
  const nearest = known.toSorted((a, b) => distance(a) - distance(b))[0];
  const warmUpMs = costMs[size] ?? 0;
  if (nearest === undefined) return [warmUpMs];
  const factor = warmUpMs / (costMs[nearest] ?? warmUpMs);
  return (ran.get(nearest) ?? []).map((ms) => ms * factor);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function draw(from: readonly number[], random: Random): number {
  return from[Math.floor(random.next() * from.length)] ?? 0;
}
