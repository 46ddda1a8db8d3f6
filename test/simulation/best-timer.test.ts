import { describe, expect, it } from 'vitest';
import { withBestTimer, worldsOf } from '../../bench/batching/best-timer.ts';
import { row } from './rows.ts';

describe('withBestTimer', () => {
  it('keeps of all timers the one that missed least, and of equals the quicker one', () => {
    const rows = [
      row({ policy: 'deadline', missed: 9 }),
      row({ policy: 'timeout 5', missed: 7, p50Ms: 50 }),
      row({ policy: 'timeout 20', missed: 7, p50Ms: 40 }),
      row({ policy: 'timeout 50', missed: 8, p50Ms: 1 }),
      row({ policy: 'fifo', missed: 1 }),
    ];
    expect(withBestTimer(rows).map(({ policy }) => policy)).toEqual(['deadline', 'timeout 20', 'fifo']);
  });

  it('chooses anew in each world', () => {
    const rows = [0.5, 0.8].flatMap((load) => [
      row({ load, policy: 'timeout 5', missed: load * 10 }),
      row({ load, policy: 'timeout 20', missed: (1 - load) * 10 + 2 }),
    ]);
    expect(worldsOf(rows).map((world) => withBestTimer(world).map(({ policy }) => policy))).toEqual([['timeout 5'], ['timeout 20']]);
  });
});
