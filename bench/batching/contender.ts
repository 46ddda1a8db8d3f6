import { CostModel } from '../../src/batching/cost-model.ts';
import { deadlinePolicy } from '../../src/batching/deadline-policy.ts';
import { eagerPolicy } from '../../src/batching/eager-policy.ts';
import type { BatchingPolicy } from '../../src/batching/policy.ts';
import { BatchScheduler } from '../../src/batching/scheduler.ts';
import { timeoutPolicy } from '../../src/batching/timeout-policy.ts';
import type { Batcher, BatcherParts } from './batcher.ts';
import { FirstInFirstOut } from './first-in-first-out.ts';

/** One row of the table. */
export interface Contender {
  readonly name: string;
  readonly open: (parts: BatcherParts) => Batcher;
}

export const DEADLINE: Contender = scheduled('deadline', deadlinePolicy);
/** The delays that operators choose among; the best of them is picked afterwards. */
export const TIMERS: readonly Contender[] = [5, 20, 50, 100, 200].map((delayMs) => scheduled(`timeout ${delayMs}`, timeoutPolicy(delayMs)));
export const EAGER: Contender = scheduled('eager', eagerPolicy);
export const FIFO: Contender = { name: 'fifo', open: (parts) => new FirstInFirstOut(parts) };

function scheduled(name: string, policy: BatchingPolicy): Contender {
  return { name, open: ({ sizes, warmUpMs, ...parts }) => new BatchScheduler({ ...parts, policy, costs: new CostModel(sizes, warmUpMs) }) };
}
