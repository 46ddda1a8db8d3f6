import type { BatchingPolicy } from './policy.ts';

/** Whatever waits when the engine is free, in order of arrival. */
export const eagerPolicy: BatchingPolicy = {
  order: 'arrival',
  decide({ waiting, costs }) {
    const count = Math.min(waiting.length, costs.largestSize);
    return { action: 'flush', count, by: 'order', reason: count === costs.largestSize ? 'full' : 'idle' };
  },
};
