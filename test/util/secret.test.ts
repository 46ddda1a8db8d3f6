import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/util/secret.ts';

describe('Secret', () => {
  it('shows itself to nobody but who asks for it', () => {
    const secret = new Secret('hunter2');
    const shown = [String(secret), secret.toString(), JSON.stringify({ secret }), inspect(secret), inspect({ deep: { secret } }, { depth: 5 })];
    shown.push(JSON.stringify(Object.entries(secret)), JSON.stringify(Object.getOwnPropertyNames(secret)));
    for (const text of shown) expect(text).not.toContain('hunter2');
    expect(secret.reveal()).toBe('hunter2');
  });
});
