import { describe, expect, it } from 'vitest';
import { timeoutPolicy } from '../../src/batching/timeout-policy.ts';
import { situation, slots } from './situation.ts';

describe('timeoutPolicy', () => {
  it('waits until the oldest has waited long enough', () => {
    const waiting = [...slots(2, 990), ...slots(1, 970)];
    expect(timeoutPolicy(50).decide(situation(waiting))).toEqual({ action: 'wait', untilMono: 1_020 });
    expect(timeoutPolicy(30).decide(situation(waiting))).toEqual({ action: 'flush', count: 3, by: 'order', reason: 'timeout' });
  });

  it('waits for nothing at 0, and never with a full batch', () => {
    expect(timeoutPolicy(0).decide(situation(slots(1)))).toMatchObject({ action: 'flush', reason: 'timeout' });
    expect(timeoutPolicy(1_000).decide(situation(slots(17)))).toEqual({ action: 'flush', count: 16, by: 'order', reason: 'full' });
  });
});
