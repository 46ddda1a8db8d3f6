import { describe, expect, it } from 'vitest';
import { eagerPolicy } from '../../src/batching/eager-policy.ts';
import { situation, slots } from './situation.ts';

describe('eagerPolicy', () => {
  it('takes whatever waits, up to the largest size', () => {
    expect(eagerPolicy.decide(situation(slots(3)))).toEqual({ action: 'flush', count: 3, by: 'order', reason: 'idle' });
    expect(eagerPolicy.decide(situation(slots(30)))).toEqual({ action: 'flush', count: 16, by: 'order', reason: 'full' });
  });
});
