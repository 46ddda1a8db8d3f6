import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Chunk } from '../../src/live/chunk.ts';
import { TransportStreamReader } from '../../src/live/transport-stream.ts';
import { cutAt } from './mp4.ts';

type Kind = 'pat' | 'pmt' | 'key' | 'start' | 'more';

function packet(kind: Kind, mark: number): Buffer {
  const bytes = Buffer.alloc(188, mark);
  const pid = kind === 'pat' ? 0 : kind === 'pmt' ? 0x1000 : 0x100;
  bytes[0] = 0x47;
  bytes.writeUInt16BE(pid | (kind === 'more' ? 0 : 0x4000), 1);
  bytes[3] = kind === 'key' ? 0x30 : 0x10;
  if (kind === 'key') [bytes[4], bytes[5]] = [7, 0x50];
  return bytes;
}

describe('TransportStreamReader', () => {
  const kinds: readonly Kind[] = ['pat', 'pmt', 'key', 'more', 'more', 'start', 'more', 'pat', 'pmt', 'start', 'pat', 'pmt', 'key', 'more'];
  const packets = kinds.map((kind, index) => packet(kind, index));

  it('loses nothing and begins anew at each key frame, with its tables, wherever the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 3000 }), { maxLength: 30 }), (cuts) => {
        const chunks: Chunk[] = [];
        const reader = new TransportStreamReader((chunk) => chunks.push(chunk));
        for (const piece of cutAt(Buffer.concat(packets), cuts)) expect(reader.push(piece)).toBeNull();
        expect(Buffer.concat(chunks.map(({ bytes }) => bytes))).toEqual(Buffer.concat(packets));
        expect(chunks.every(({ bytes }) => bytes.length % 188 === 0)).toBe(true);
        const keys = chunks.filter(({ isKey }) => isKey);
        // The mark of the PAT before each key frame.
        expect(keys.map(({ bytes }) => bytes[187])).toEqual([0, 10]);
      }),
    );
  });

  it('says when it has lost the packets', () => {
    const reader = new TransportStreamReader(() => undefined);
    expect(reader.push(Buffer.alloc(188))).toContain('lost');
  });
});
