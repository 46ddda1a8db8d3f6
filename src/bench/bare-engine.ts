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

const LEAST_BATCHES = 3;
/** One runs, the next lies in the pipe: as the daemon hands them over. */
const AT_A_TIME = 2;

/**
 * Runs batches of `size` for `limitMs`, at least three, as fast as the engine takes them. The first answer starts the clock. Null when `signal` aborts
 * before there is anything to say. Throws what `classify` throws.
 */
export async function measureBatchSize(
  engine: Pick<InferenceEngine, 'classify' | 'info'>,
  options: { readonly size: number; readonly limitMs: number; readonly clock: Clock; readonly signal: AbortSignal },
): Promise<BatchCost | null> {
  const { size, limitMs, clock, signal } = options;
  const pixels = pattern(size * engine.info.inputSize ** 2 * 3);
  const answered: number[] = [];
  const isDone = () => {
    const [first, last] = [answered[0], answered.at(-1)];
    return signal.aborted || (first !== undefined && last !== undefined && answered.length > LEAST_BATCHES && last - first >= limitMs);
  };
  const pump = async () => {
    while (!isDone()) {
      await engine.classify({ pixels, count: size, paddedTo: size });
      answered.push(clock.monotonicMs());
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, pump));
  const gaps = answered.slice(1).map((at, index) => at - (answered[index] ?? at));
  const [first, last] = [answered[0], answered.at(-1)];
  if (first === undefined || last === undefined || gaps.length === 0) return null;
  return {
    size,
    batches: gaps.length,
    batchMs: { p50: quantile(gaps, 0.5), p95: quantile(gaps, 0.95) },
    framesPerSecond: (gaps.length * size * 1000) / Math.max(last - first, Number.EPSILON),
  };
}

/** Not flat: denormal or zero inputs may be cheaper than pictures are. */
function pattern(bytes: number): Uint8Array {
  return new Uint8Array(bytes).map((_, index) => (index * 31) % 251);
}
