import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type RtspItem, RtspReader, serializeResponse } from '../../src/demo/rtsp-message.ts';

const token = fc.stringMatching(/^[A-Za-z0-9-]{1,12}$/);
const value = fc.stringMatching(/^[!-~]{0,20}$/);

const requests = fc
  .record({
    method: fc.constantFrom('OPTIONS', 'DESCRIBE', 'SET_PARAMETER'),
    uri: fc.stringMatching(/^rtsp:\/\/[a-z0-9/]{1,20}$/),
    headers: fc.uniqueArray(fc.tuple(token, value), { selector: ([name]) => name.toLowerCase(), maxLength: 5 }),
    body: fc.uint8Array({ maxLength: 40 }),
  })
  .map(({ method, uri, headers, body }) => {
    const own = headers.filter(([name]) => name.toLowerCase() !== 'content-length');
    const lines = own.map(([name, text]) => `${name}: ${text}\r\n`).join('');
    const bytes = Buffer.concat([Buffer.from(`${method} ${uri} RTSP/1.0\r\n${lines}Content-Length: ${body.length}\r\n\r\n`), body]);
    return { bytes, seen: { kind: 'request', method, uri, headers: Object.fromEntries(own.map(([n, v]) => [n.toLowerCase(), v])), body: [...body] } };
  });

const frames = fc.record({ channel: fc.nat(255), payload: fc.uint8Array({ maxLength: 40 }) }).map(({ channel, payload }) => ({
  bytes: Buffer.concat([Buffer.from([0x24, channel, payload.length >> 8, payload.length & 0xff]), payload]),
  seen: { kind: 'interleaved', channel, payload: [...payload] },
}));

describe('RtspReader', () => {
  it('finds every request and every frame, however the bytes are sliced', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(requests, frames), { maxLength: 6 }), fc.array(fc.nat(300), { maxLength: 8 }), (sent, cuts) => {
        const bytes = Buffer.concat(sent.map((one) => one.bytes));
        const reader = new RtspReader();
        const edges = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
        const items = edges.slice(1).flatMap((end, i) => reader.push(bytes.subarray(edges[i], end)));
        expect(items.map(plain)).toEqual(sent.map((one) => one.seen));
      }),
    );
  });

  it('never throws, whatever bytes come, and is silent after the first malformed item', () => {
    const noise = fc.array(fc.oneof(fc.uint8Array({ maxLength: 30 }), fc.constant(Buffer.from('OPTIONS * RTSP/1.0\r\n\r\n'))), { maxLength: 6 });
    fc.assert(
      fc.property(noise, (chunks) => {
        const reader = new RtspReader();
        const items = chunks.flatMap((chunk) => reader.push(Buffer.from(chunk)));
        const broken = items.findIndex((item) => item.kind === 'malformed');
        expect(broken < 0 || broken === items.length - 1).toBe(true);
      }),
    );
  });

  it.each([
    ['no request line', 'hello\r\n\r\n'],
    ['another version', 'OPTIONS * RTSP/2.0\r\n\r\n'],
    ['a header without a name', 'OPTIONS * RTSP/1.0\r\n: x\r\n\r\n'],
    ['a length that is no number', 'OPTIONS * RTSP/1.0\r\nContent-Length: -1\r\n\r\n'],
    ['a length beyond the bound', 'OPTIONS * RTSP/1.0\r\nContent-Length: 99999\r\n\r\n'],
    ['a head without end', 'x'.repeat(16_385)],
  ])('calls malformed: %s', (_, text) => {
    expect(new RtspReader().push(Buffer.from(text)).map((item) => item.kind)).toEqual(['malformed']);
  });

  it('forgives a line break between messages', () => {
    expect(new RtspReader().push(Buffer.from('\r\nOPTIONS * RTSP/1.0\r\n\r\n\r\n')).map((item) => item.kind)).toEqual(['request']);
  });
});

describe('serializeResponse', () => {
  it('writes status, sequence number, every value of a header, and the length of the body in bytes', () => {
    const bytes = serializeResponse({ status: 401, cseq: '7', headers: { A: ['1', '2'], B: 'x' }, body: 'ä' });
    expect(bytes.toString()).toBe('RTSP/1.0 401 Unauthorized\r\nCSeq: 7\r\nA: 1\r\nA: 2\r\nB: x\r\nContent-Length: 2\r\n\r\nä');
  });
});

function plain(item: RtspItem): unknown {
  if (item.kind === 'interleaved') return { ...item, payload: [...item.payload] };
  if (item.kind === 'malformed') return item;
  const headers = Object.fromEntries([...item.request.headers].filter(([name]) => name !== 'content-length'));
  return { kind: 'request', method: item.request.method, uri: item.request.uri, headers, body: [...item.request.body] };
}
