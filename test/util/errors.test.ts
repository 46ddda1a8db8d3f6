import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ERROR_CODES, FramewatchError, hasCode, messageOf } from '../../src/util/errors.ts';

const documented = [...readFileSync(path.resolve(import.meta.dirname, '../../docs/errors.md'), 'utf8').matchAll(/^\| `([A-Z_]+)` \|/gm)].map(
  (match) => match[1],
);

describe('error codes', () => {
  it('are each documented in docs/errors.md, once, and nothing else is', () => {
    expect(documented.toSorted()).toEqual([...ERROR_CODES].toSorted());
  });

  it('are each used somewhere in src: a code that nothing gives would be a promise that nothing keeps', () => {
    const source = path.resolve(import.meta.dirname, '../../src');
    const text = readdirSync(source, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && name !== path.join('util', 'errors.ts'))
      .map((name) => readFileSync(path.join(source, name), 'utf8'))
      .join('\n');
    expect(ERROR_CODES.filter((code) => !text.includes(`'${code}'`))).toEqual([]);
  });
});

describe('FramewatchError', () => {
  it('keeps its code and cause', () => {
    const cause = new Error('below');
    const error = new FramewatchError('ENGINE_DIED', 'the engine died', { cause });
    expect(error.cause).toBe(cause);
    expect(hasCode(error, 'ENGINE_DIED')).toBe(true);
    expect(hasCode(error, 'ENGINE_TIMEOUT')).toBe(false);
    expect(hasCode(cause, 'ENGINE_DIED')).toBe(false);
  });

  it('gives the message of anything that was thrown', () => {
    expect(messageOf(new Error('a'))).toBe('a');
    expect(messageOf('b')).toBe('b');
    expect(messageOf(undefined)).toBe('undefined');
  });
});
