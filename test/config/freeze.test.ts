import { describe, expect, it } from 'vitest';
import { deepFreeze } from '../../src/config/freeze.ts';
import { Secret } from '../../src/util/secret.ts';

describe('deepFreeze', () => {
  it('freezes plain values all the way down and leaves instances of classes alone', () => {
    const value = { list: [{ a: 1 }], inner: { secret: new Secret('x') }, nothing: null };
    expect(deepFreeze(value)).toBe(value);
    for (const part of [value, value.list, value.list[0], value.inner]) expect(Object.isFrozen(part)).toBe(true);
    expect(Object.isFrozen(value.inner.secret)).toBe(false);
  });
});
