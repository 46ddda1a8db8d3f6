import { describe, expect, it } from 'vitest';
import { isRefusal, nameOf, outcomeOf, reasonCode } from '../../src/sinks/mqtt-answer.ts';

const answer = (code: unknown) => Object.assign(new Error('said'), { code });

describe('what the broker answers to a message', () => {
  it('is refused from reason 128 on, and lost when there was no answer', () => {
    expect(outcomeOf(undefined)).toEqual({ kind: 'acknowledged' });
    expect(outcomeOf(answer(135))).toMatchObject({ kind: 'refused', reason: 'said (135)' });
    expect(outcomeOf(answer(16))).toEqual({ kind: 'lost' });
    expect(outcomeOf(answer('ECONNRESET'))).toEqual({ kind: 'lost' });
    expect(reasonCode('no error')).toBe(null);
  });

  it('is no refusal of the login when it passes by itself', () => {
    expect([5, 135].map((code) => isRefusal(answer(code)))).toEqual([true, true]);
    expect([3, 136, 137, 'ECONNREFUSED'].map((code) => isRefusal(answer(code)))).toEqual([false, false, false, false]);
    expect(nameOf(answer('ECONNREFUSED'))).toBe('ECONNREFUSED');
    expect(nameOf(new AggregateError([]))).toBe('AggregateError');
  });
});
