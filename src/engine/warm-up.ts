import type { Clock } from '../util/clock.ts';
import { hasCode } from '../util/errors.ts';
import { quantile } from '../util/percentile.ts';

export interface WarmUpOptions {
  /** Allowed batch sizes, ascending. */
  readonly batchSizes: readonly number[];
  /** The time that all timed runs together may take, about; a size gets its share of it by its size, and one run at the least. */
  readonly budgetMs: number;
  readonly clock: Clock;
  /** The first run at a size is slower than the later ones (memory is laid out, kernels are chosen), so it is the one that checks. Gives its ms. */
  firstRun(size: number): Promise<number>;
  run(size: number): Promise<void>;
}

export interface WarmUpOutcome {
  /** The ladder cut to what fits in memory. */
  readonly batchSizes: readonly number[];
  /** ms a batch, by size: 95th percentile of the timed runs. */
  readonly costMs: Readonly<Record<number, number>>;
}

const MAX_TIMED_RUNS = 5;

/**
 * Runs the network on every allowed size before it counts: no live frame pays for a first run. A size at which memory ends is dropped with all
 * larger ones. Throws what `firstRun` and `run` throw, and ENGINE_OUT_OF_MEMORY when not even the smallest size fits.
 */
export async function warmUp(options: WarmUpOptions): Promise<WarmUpOutcome> {
  const total = options.batchSizes.reduce((sum, size) => sum + size, 0);
  const batchSizes: number[] = [];
  const costMs: Record<number, number> = {};
  for (const size of options.batchSizes) {
    try {
      costMs[size] = await measure(size, (options.budgetMs * size) / total, options);
    } catch (error) {
      if (hasCode(error, 'ENGINE_OUT_OF_MEMORY') && batchSizes.length > 0) break;
      throw error;
    }
    batchSizes.push(size);
  }
  return { batchSizes, costMs };
}

async function measure(size: number, budgetMs: number, options: WarmUpOptions): Promise<number> {
  const first = await options.firstRun(size);
  // A network so slow that one run eats the whole share (WASM at 16) is not run twice: a restart must be quick.
  if (first > budgetMs) return first;
  const runs: number[] = [];
  let spent = 0;
  while (runs.length < MAX_TIMED_RUNS && (runs.length === 0 || spent + spent / runs.length <= budgetMs)) {
    const start = options.clock.monotonicMs();
    await options.run(size);
    const ms = options.clock.monotonicMs() - start;
    runs.push(ms);
    spent += ms;
  }
  return quantile(runs, 0.95);
}
