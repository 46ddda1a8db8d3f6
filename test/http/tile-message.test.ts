import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeTile } from '../../src/http/tile-message.ts';

describe('encodeTile', () => {
  it('has the form of the contract', () => {
    const message = encodeTile('yard', 0x0102030405, Uint8Array.of(0xff, 0xd8, 0xff));
    expect([...message]).toEqual([1, 4, ...Buffer.from('yard'), 0, 0, 0, 1, 2, 3, 4, 5, 0xff, 0xd8, 0xff]);
  });

  it('gives back what went in, for every id and sequence', () => {
    const id = fc.stringMatching(/^[a-zA-Z0-9_-]{1,64}$/);
    fc.assert(
      fc.property(id, fc.maxSafeNat(), fc.uint8Array(), (cameraId, sequence, jpeg) => {
        const message = Buffer.from(encodeTile(cameraId, sequence, jpeg));
        const length = message.readUInt8(1);
        expect(message.readUInt8(0)).toBe(1);
        expect(message.subarray(2, 2 + length).toString()).toBe(cameraId);
        expect(message.readBigUInt64BE(2 + length)).toBe(BigInt(sequence));
        expect(new Uint8Array(message.subarray(10 + length))).toEqual(jpeg);
      }),
    );
  });
});
