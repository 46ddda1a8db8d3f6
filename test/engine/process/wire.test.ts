import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  encodeMessage,
  HEADER_BYTES,
  MAX_HEAD_BYTES,
  MAX_PAYLOAD_BYTES,
  MESSAGE_TYPES,
  type MessageType,
  WireDecoder,
} from '../../../src/engine/process/wire.ts';

const anyMessage = fc.record({
  type: fc.constantFrom(...(Object.keys(MESSAGE_TYPES) as MessageType[])),
  requestId: fc.integer({ min: 0, max: 0xffffffff }),
  head: fc.jsonValue(),
  payload: fc.uint8Array({ maxLength: 400 }),
});

describe('wire', () => {
  it('gives every message back, however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(anyMessage, { maxLength: 6 }), fc.array(fc.integer({ min: 0, max: 90 }), { minLength: 1 }), (messages, cuts) => {
        const stream = Buffer.concat(messages.flatMap(({ type, requestId, head, payload }) => [...encodeMessage(type, requestId, head, payload)]));
        const decoder = new WireDecoder();
        const found = [];
        for (let at = 0, cut = 0; at < stream.length; cut += 1) {
          const length = Math.max(1, cuts[cut % cuts.length] ?? 1);
          // The chunk is overwritten afterwards, as a socket's read buffer is.
          const chunk = Uint8Array.from(stream.subarray(at, at + length));
          found.push(...decoder.push(chunk));
          chunk.fill(0xee);
          at += length;
        }
        expect(found.map((message) => ({ ...message, payload: Uint8Array.from(message.payload) }))).toEqual(
          messages.map((message) => ({ ...message, head: JSON.parse(JSON.stringify(message.head)) })),
        );
      }),
    );
  });

  it('passes a payload on without copying it, and reads it into one buffer of its exact size', () => {
    const payload = Uint8Array.from({ length: 5000 }, (_, index) => index % 251);
    const parts = encodeMessage('classify', 1, {}, payload);
    expect(parts[1]).toBe(payload);
    const given: Uint8Array[] = [];
    const decoder = new WireDecoder({
      allocate: (bytes) => {
        const buffer = new Uint8Array(bytes);
        given.push(buffer);
        return buffer;
      },
    });
    const [message] = parts.flatMap((part) => decoder.push(part));
    expect(given.map((buffer) => buffer.length)).toEqual([5000]);
    expect(message?.payload).toBe(given[0]);
    expect(message?.payload).toEqual(payload);
  });

  it.each([
    ['another magic', 0, 0x00],
    ['another version', 4, 2],
    ['an unknown type', 5, 99],
    ['bytes where zeros belong', 6, 1],
    ['a head beyond every bound', 15, 0x7f],
    ['a payload beyond every bound', 19, 0x7f],
    ['a head that is not JSON', HEADER_BYTES, 0x7d],
  ])('refuses %s', (_, offset, byte) => {
    const bytes = Buffer.concat([...encodeMessage('classify', 1, { count: 1 }, new Uint8Array(3))]);
    bytes[offset] = byte;
    expect(() => new WireDecoder().push(bytes)).toThrow(expect.objectContaining({ code: 'ENGINE_PROTOCOL' }));
  });

  it('announces no message that the other side would refuse', () => {
    expect(() => encodeMessage('init', 1, 'x'.repeat(MAX_HEAD_BYTES))).toThrow(expect.objectContaining({ code: 'ENGINE_PROTOCOL' }));
    const tooLong = Object.create(Uint8Array.prototype, { length: { value: MAX_PAYLOAD_BYTES + 1 } }) as Uint8Array;
    expect(() => encodeMessage('classify', 1, null, tooLong)).toThrow(expect.objectContaining({ code: 'ENGINE_PROTOCOL' }));
  });
});
