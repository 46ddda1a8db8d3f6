import type { BatchingPolicy } from './policy.ts';

/** A full batch, or whatever waits when the oldest has waited `maxQueueDelayMs` (0: at once): the dynamic batcher of Triton and nvstreammux. */
export function timeoutPolicy(maxQueueDelayMs: number): BatchingPolicy {
  return {
    order: 'arrival',
    decide({ nowMono, waiting, costs }) {
      if (waiting.length >= costs.largestSize) return { action: 'flush', count: costs.largestSize, by: 'order', reason: 'full' };
      const oldest = waiting.reduce((first, slot) => Math.min(first, slot.unservedSince), Number.POSITIVE_INFINITY);
      const untilMono = oldest + maxQueueDelayMs;
      if (untilMono > nowMono) return { action: 'wait', untilMono };
      return { action: 'flush', count: waiting.length, by: 'order', reason: 'timeout' };
    },
  };
}
