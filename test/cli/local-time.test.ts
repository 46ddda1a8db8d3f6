import { describe, expect, it } from 'vitest';
import { lengthOfTime, localClock, localTime } from '../../src/cli/local-time.ts';

it('tells a time as the clock on the wall does', () => {
  const at = new Date(2026, 0, 2, 3, 4, 5, 6).getTime();
  expect([localTime(at), localClock(at)]).toEqual(['2026-01-02 03:04:05.006', '03:04:05.006']);
});

describe('lengthOfTime', () => {
  it('has two units at most, and never says more than passed', () => {
    const said = [0, 950, 999.4, 1_000, 3_250, 59_999, 60_000, 252_000, 3_599_999, 3_600_000, 7_500_000, 273_600_000].map(lengthOfTime);
    expect(said).toEqual(['0 ms', '950 ms', '999 ms', '1 s', '3.2 s', '59.9 s', '1 min', '4 min 12 s', '59 min 59 s', '1 h', '2 h 5 min', '3 d 4 h']);
  });
});
