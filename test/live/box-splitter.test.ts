import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Box, BoxSplitter, LARGEST_BOX_BYTES } from '../../src/live/box-splitter.ts';
import { box, cutAt, words } from './mp4.ts';

function split(pieces: readonly Uint8Array[]): { boxes: Box[]; complaint: string | null } {
  const boxes: Box[] = [];
  const splitter = new BoxSplitter((one) => boxes.push(one));
  let complaint: string | null = null;
  for (const piece of pieces) complaint = splitter.push(piece);
  return { boxes, complaint };
}

/** With the size in 64 bits. */
function largeBox(type: string, content: Uint8Array): Buffer {
  return Buffer.concat([words(1), Buffer.from(type), words(0, 16 + content.length), content]);
}

describe('BoxSplitter', () => {
  it('finds the same boxes wherever the stream is cut', () => {
    const content = fc.uint8Array({ maxLength: 40 });
    const boxes = fc.array(fc.record({ type: fc.constantFrom('moof', 'mdat', 'free'), content, large: fc.boolean() }), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(boxes, fc.array(fc.nat({ max: 500 }), { maxLength: 20 }), (wanted, cuts) => {
        const whole = wanted.map(({ type, content: inside, large }) => (large ? largeBox(type, inside) : box(type, inside)));
        const { boxes: found, complaint } = split(cutAt(Buffer.concat(whole), cuts));
        expect(complaint).toBeNull();
        expect(found.map(({ type, body }) => [type, ...body])).toEqual(wanted.map((one) => [one.type, ...one.content]));
        expect(found.map(({ bytes }) => Buffer.from(bytes))).toEqual(whole);
      }),
    );
  });

  it('keeps its own copy', () => {
    const bytes = box('mdat', Buffer.from('before'));
    const { boxes } = split([bytes]);
    bytes.fill(0);
    expect(Buffer.from(boxes[0]?.body ?? []).toString()).toBe('before');
  });

  it.each([
    ['is too large', words(LARGEST_BOX_BYTES + 1), 'mdat', 'allowed'],
    ['never ends', words(0), 'mdat', 'says that it has 0 bytes'],
    ['is smaller than its header', words(7), 'mdat', 'says that it has 7 bytes'],
    ['has no name', words(16), '\u0000\u0001ab', 'no MP4'],
  ])('refuses a box that %s, and reads nothing more', (_what, size, type, says) => {
    const start = Buffer.concat([size, Buffer.from(type, 'latin1')]);
    const { boxes, complaint } = split([start, box('free')]);
    expect(complaint).toContain(says);
    expect(boxes).toEqual([]);
  });

  it('does not believe a size of 64 bits either', () => {
    const { complaint } = split([Buffer.concat([words(1), Buffer.from('mdat'), words(0xffff, 0)])]);
    expect(complaint).toContain('allowed');
  });
});
