import type { Row } from '../../bench/batching/comparison.ts';

/** A row of which a test names only what it is about. */
export function row(about: Partial<Row> = {}): Row {
  return {
    ...{ scenario: 'mixed', curve: 'cpu', load: 0.8, cameras: 24, policy: 'deadline', offered: 1_000, throughput: 0.9991, missed: 10 },
    ...{
      missedShare: 0.01,
      boundShare: 0.004,
      unforeseenShare: 0.006,
      p50Ms: 61.4,
      p99Ms: 240,
      maxMs: 1_312,
      longestUnservedMs: 2_000,
      meanBatch: 1.5,
    },
    ...{ lowestShare: 0.97, engineBusy: 0.8, mostHeld: 6, drops: { superseded: 1_234, expired: 2 } },
    ...about,
  };
}

export const POLICIES: readonly string[] = ['deadline', 'told', 'eager', 'fifo', 'timeout 5', 'timeout 50'];
