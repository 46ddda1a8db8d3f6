import { CostModel } from '../../src/batching/cost-model.ts';
import { deadlinePolicy } from '../../src/batching/deadline-policy.ts';
import { eagerPolicy } from '../../src/batching/eager-policy.ts';
import type { BatchingPolicy, Situation } from '../../src/batching/policy.ts';
import { BatchScheduler } from '../../src/batching/scheduler.ts';
import { timeoutPolicy } from '../../src/batching/timeout-policy.ts';
import type { Batcher, BatcherParts } from './batcher.ts';
import { FirstInFirstOut } from './first-in-first-out.ts';
import { ToldSlots } from './told-slots.ts';

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

/** Ours, if it knew when frames will come; it knows as little as ours of noise and standstills. Between it and `deadline` lies what nobody can know. */
export const TOLD: Contender = {
  name: 'told',
  open: (parts) => {
    const slots = new ToldSlots(parts.arrivals);
    const policy = {
      ...deadlinePolicy,
      decide: (situation: Situation) => deadlinePolicy.decide({ ...situation, slots: slots.from(situation.nowMono) }),
    };
    return open(parts, policy);
  },
};

function scheduled(name: string, policy: BatchingPolicy): Contender {
  return { name, open: (parts) => open(parts, policy) };
}

function open({ sizes, warmUpMs, ...parts }: BatcherParts, policy: BatchingPolicy): Batcher {
  return new BatchScheduler({ ...parts, policy, costs: new CostModel(sizes, warmUpMs) });
}
