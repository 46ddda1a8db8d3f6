import { describe, expect, it } from 'vitest';
import { reconnectDelayMs } from '../../../src/dashboard/live/reconnect-delay.ts';

describe('reconnectDelayMs', () => {
  it('doubles up to a limit, and is spread', () => {
    expect([1, 2, 3, 6, 100].map((failures) => reconnectDelayMs(failures, 1))).toEqual([500, 1000, 2000, 15_000, 15_000]);
    expect(reconnectDelayMs(1, 0)).toBe(250);
  });
});
