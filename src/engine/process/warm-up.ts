import type { Clock } from '../../util/clock.ts';
import { hasCode } from '../../util/errors.ts';
import { quantile } from '../../util/percentile.ts';

export interface WarmUpOptions {
  /** Allowed batch sizes, ascending. */
  readonly batchSizes: readonly number[];
  /** The time that all timed runs together may take, about; every size gets an equal share, so that small ones, which are cheap, are known best. */
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
 * larger ones, if the network still runs afterwards. Throws what `firstRun` and `run` throw, and ENGINE_OUT_OF_MEMORY when not even the smallest size fits.
 */
export async function warmUp(options: WarmUpOptions): Promise<WarmUpOutcome> {
  const batchSizes: number[] = [];
  const costMs: Record<number, number> = {};
  for (const size of options.batchSizes) {
    try {
      costMs[size] = await measure(size, options);
    } catch (error) {
      const largest = batchSizes.at(-1);
      if (!hasCode(error, 'ENGINE_OUT_OF_MEMORY') || largest === undefined) throw error;
      // A GPU's runtime may be left broken, and then it is better not to start at all.
      await options.run(largest);
      break;
    }
    batchSizes.push(size);
  }
  return { batchSizes, costMs };
}

/** One timed run at the least, unless the first has shown that it would eat half of the whole budget (WASM at 4 and more): a restart must be quick. */
async function measure(size: number, options: WarmUpOptions): Promise<number> {
  const { budgetMs, batchSizes, clock } = options;
  const first = await options.firstRun(size);
  if (first > budgetMs / 2) return first;
  const shareMs = budgetMs / batchSizes.length;
  const runs: number[] = [];
  let spent = 0;
  while (runs.length < MAX_TIMED_RUNS && (runs.length === 0 || spent + spent / runs.length <= shareMs)) {
    const start = clock.monotonicMs();
    await options.run(size);
    const ms = clock.monotonicMs() - start;
    runs.push(ms);
    spent += ms;
  }
  return quantile(runs, 0.95);
}
