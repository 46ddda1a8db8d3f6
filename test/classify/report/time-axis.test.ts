import { describe, expect, it } from 'vitest';
import { along, timeAxis } from '../../../src/classify/report/time-axis.ts';

const ticks = (ms: number) => [...timeAxis(ms).text.matchAll(/>([\d:.]+)</g)].map((match) => match[1]);

describe('timeAxis', () => {
  it.each([
    [400, ['0:00.0', '0:00.1', '0:00.2', '0:00.3', '0:00.4']],
    [20_000, ['0:00', '0:05', '0:10', '0:15', '0:20']],
    [600_000, ['0:00', '2:00', '4:00', '6:00', '8:00', '10:00']],
    [7_200_000, ['0:00:00', '0:15:00', '0:30:00', '0:45:00', '1:00:00', '1:15:00', '1:30:00', '1:45:00', '2:00:00']],
  ])('of %d ms', (ms, wanted) => {
    expect(ticks(ms)).toEqual(wanted);
  });

  it('has few ticks whatever the length', () => {
    for (let ms = 1; ms < 1e10; ms *= 1.7) expect(ticks(ms).length).toBeLessThanOrEqual(9);
  });
});

describe('along', () => {
  it('stays on the line', () => {
    expect([-5, 0, 250, 2000].map((ms) => along(ms, 1000))).toEqual(['0.000%', '0.000%', '25.000%', '100.000%']);
  });
});
