import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { declaresMoreThan, readJsonBody } from '../../src/http/json-body.ts';

const sent = (pieces: Iterable<string>, type: string | undefined = 'application/json', length?: string): IncomingMessage =>
  Object.assign(Readable.from([...pieces].map((piece) => Buffer.from(piece))), {
    headers: { 'content-type': type, ...(length === undefined ? {} : { 'content-length': length }) },
  }) as unknown as IncomingMessage;

describe('the body of a request', () => {
  it('is the object that came, in any pieces', async () => {
    const text = '{"token":"é","enabled":true}';
    const bytes = Buffer.from(text);
    const incoming = Object.assign(Readable.from([bytes.subarray(0, 11), bytes.subarray(11)]), { headers: { 'content-type': 'application/json' } });
    expect(await readJsonBody(incoming as unknown as IncomingMessage, 100)).toEqual({ token: 'é', enabled: true });
  });

  it.each([
    [['{"a":1}'], 'text/plain'],
    [['{"a":1}'], undefined],
    [['{"a":'], 'application/json'],
    [[], 'application/json'],
    [['null'], 'application/json'],
    [['"a"'], 'application/json'],
  ])('is an empty object where it is none: %s as %s', async (pieces, type) => {
    const incoming = sent(pieces, type ?? '');
    expect(await readJsonBody(incoming, 100)).toEqual({});
  });

  it('is counted while it comes, and the rest is left alone', async () => {
    const incoming = sent(['{"a":"', 'x'.repeat(90), 'x'.repeat(90), '"}']);
    expect(await readJsonBody(incoming, 100)).toBe('tooLarge');
    expect(incoming.destroyed).toBe(false);
  });

  it('is empty when its sender left in the middle', async () => {
    const incoming = Object.assign(new Readable({ read() {} }), { headers: { 'content-type': 'application/json' } });
    incoming.push('{"token":');
    const read = readJsonBody(incoming as unknown as IncomingMessage, 100);
    incoming.destroy(new Error('aborted'));
    expect(await read).toEqual({});
  });

  it('may say itself that it is too large', () => {
    expect(declaresMoreThan(sent([], '', '101'), 100)).toBe(true);
    expect(declaresMoreThan(sent([], '', '100'), 100)).toBe(false);
    expect(declaresMoreThan(sent([]), 100)).toBe(false);
  });
});
