import type { InferenceEngine } from '../engine/engine.ts';
import type { Clock } from '../util/clock.ts';
import { quantile } from '../util/percentile.ts';

/** What one batch size does when nothing else happens. */
export interface BatchCost {
  readonly size: number;
  readonly batches: number;
  /** From one answer to the next, ms: the engine always has the next batch waiting. */
  readonly batchMs: { readonly p50: number; readonly p95: number };
  readonly framesPerSecond: number;
}

export interface MeasuredSize {
  readonly size: number;
  readonly limitMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

const LEAST_BATCHES = 3;
/** One runs, the next lies in the pipe: as the daemon hands them over. */
const AT_A_TIME = 2;

/**
 * Runs batches of `size` for `limitMs`, at least three, as fast as the engine takes them. The first answer starts the clock. Null when `signal` aborts
 * before there is anything to say. Throws what `classify` throws.
 */
export async function measureBatchSize(engine: Pick<InferenceEngine, 'classify' | 'info'>, options: MeasuredSize): Promise<BatchCost | null> {
  const { size } = options;
  const gaps = await measureGaps(engine, options);
  if (gaps.length === 0) return null;
  const allMs = gaps.reduce((sum, gap) => sum + gap, 0);
  return {
    size,
    batches: gaps.length,
    batchMs: { p50: quantile(gaps, 0.5), p95: quantile(gaps, 0.95) },
    framesPerSecond: (gaps.length * size * 1000) / Math.max(allMs, Number.EPSILON),
  };
}

/** The same, as the time from each answer to the next, ms; empty when `signal` aborts before there are two. */
export async function measureGaps(
  engine: Pick<InferenceEngine, 'classify' | 'info'>,
  options: MeasuredSize & { readonly leastBatches?: number },
): Promise<readonly number[]> {
  const { size, limitMs, leastBatches = LEAST_BATCHES, clock, signal } = options;
  const pixels = pattern(size * engine.info.inputSize ** 2 * 3);
  const answered: number[] = [];
  const isDone = () => {
    const [first, last] = [answered[0], answered.at(-1)];
    return signal.aborted || (first !== undefined && last !== undefined && answered.length > leastBatches && last - first >= limitMs);
  };
  const pump = async () => {
    while (!isDone()) {
      await engine.classify({ pixels, count: size, paddedTo: size });
      answered.push(clock.monotonicMs());
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, pump));
  return answered.slice(1).map((at, index) => at - (answered[index] ?? at));
}

/** Not flat: denormal or zero inputs may be cheaper than pictures are. */
function pattern(bytes: number): Uint8Array {
  return new Uint8Array(bytes).map((_, index) => (index * 31) % 251);
}
