import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packetize, writeRtpHeader } from '../../src/demo/rtp-packetizer.ts';
import { RtpDepacketizer } from './rtp-depacketizer.ts';

/** A NAL unit: a type that RTP does not use for its own, then anything. */
const nalUnit = fc
  .tuple(fc.integer({ min: 1, max: 23 }), fc.nat(3), fc.uint8Array({ minLength: 1, maxLength: 500 }))
  .map(([type, importance, rest]) => {
    return Buffer.from([(importance << 5) | type, ...rest]);
  });
const picture = fc.array(nalUnit, { minLength: 1, maxLength: 5 });

describe('packetize', () => {
  it('gives payloads within the bound, out of which a receiver puts the same NAL units together', () => {
    fc.assert(
      fc.property(picture, fc.integer({ min: 3, max: 200 }), (nals, maxBytes) => {
        const payloads = packetize(nals, maxBytes);
        const receiver = new RtpDepacketizer();
        for (const { bytes } of payloads) receiver.push(bytes);
        expect(receiver.nals).toEqual(nals);
        expect(Math.max(...payloads.map(({ bytes }) => bytes.length))).toBeLessThanOrEqual(maxBytes);
      }),
    );
  });

  it('marks the last packet of the picture and no other', () => {
    fc.assert(
      fc.property(picture, (nals) => {
        const marks = packetize(nals, 50).map(({ last }) => last);
        expect(marks.indexOf(true)).toBe(marks.length - 1);
      }),
    );
  });
});

describe('writeRtpHeader', () => {
  it('writes version 2, the marker, the payload type, and wraps what outgrew its field', () => {
    const bytes = Buffer.alloc(13);
    writeRtpHeader(bytes, 1, { last: true, sequence: 65_537, timestamp: 2 ** 32 + 5, source: 0xdeadbeef });
    expect(bytes.toString('hex')).toBe('0080e0000100000005deadbeef');
  });
});
