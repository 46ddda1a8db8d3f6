import { describe, expect, it } from 'vitest';
import { logValue } from '../../src/telemetry/log-values.ts';
import { Redactor } from '../../src/util/redactor.ts';

describe('logValue', () => {
  it('clips after it redacted, so that no half of a secret stays', () => {
    const redactor = new Redactor();
    const secret = 'abcdefghij'.repeat(4);
    redactor.add(secret);
    const text = logValue(`${'x'.repeat(8 * 1024 - 20)}${secret}${'y'.repeat(100)}`, redactor) as string;
    expect(text).not.toContain('abcdefgh');
    expect(text).toContain('more characters]');
  });

  it('keeps plain values as they are', () => {
    const value = { a: 1, b: true, c: null, d: undefined, e: ['x'] };
    expect(logValue(value, new Redactor())).toEqual(value);
  });
});
