import { describe, expect, it } from 'vitest';
import { PictureQueue } from '../../../src/dashboard/live/picture-queue.ts';

/** A packet that begins a picture; `mark` tells it from others. */
function picture(mark: number, isKey = false): Uint8Array {
  const packet = new Uint8Array(188).fill(mark);
  packet.set([0x47, 0x41, 0x00, 0x30, 0x07, isKey ? 0x50 : 0x10]);
  return packet;
}

/** What stands before a key frame, and at other times, too. */
function tables(): Uint8Array {
  const both = new Uint8Array(376);
  both.set([0x47, 0x40, 0x00, 0x10]);
  both.set([0x47, 0x50, 0x00, 0x10], 188);
  return both;
}

const behind = (...pieces: Uint8Array[]) => new Uint8Array(Buffer.concat(pieces));

function marks(queue: PictureQueue): (number | undefined)[] {
  const all: (number | undefined)[] = [];
  for (let piece = queue.take(); piece; piece = queue.take()) all.push(piece.at(-1));
  return all;
}

describe('PictureQueue', () => {
  it('begins with a key frame, tables before it or not, and gives pieces one by one', () => {
    const queue = new PictureQueue();
    for (const piece of [picture(1), behind(tables(), picture(2)), tables(), behind(tables(), picture(3, true)), picture(4)]) queue.push(piece, 0);
    expect(marks(queue)).toEqual([3, 4]);
    const other = new PictureQueue();
    for (const piece of [picture(5, true), picture(6)]) other.push(piece, 0);
    expect(marks(other)).toEqual([5, 6]);
  });

  it('holds of a page that nobody saw for minutes what came since the newest key frame', () => {
    const queue = new PictureQueue();
    for (let at = 0; at < 180_000; at += 40) queue.push(picture((at / 40) % 25, at % 1000 === 0), at);
    expect(marks(queue)).toEqual(Array.from({ length: 25 }, (_, index) => index));
    expect(queue.isLate(1e9)).toBe(false);
  });

  it('leaves nothing out for a decoder that comes to the end in time', () => {
    const queue = new PictureQueue();
    queue.push(picture(1, true), 0);
    queue.push(picture(2), 300);
    expect([queue.isLate(400), queue.isLate(401)]).toEqual([false, true]);
    queue.take();
    queue.take();
    queue.push(picture(3), 10_000);
    queue.push(picture(4, true), 10_400);
    expect(marks(queue)).toEqual([3, 4]);
  });

  it('is bounded, and goes on with the next key frame', () => {
    const queue = new PictureQueue(500);
    for (const mark of [1, 2, 3, 4]) queue.push(picture(mark, mark === 1), 0);
    expect(queue.bytes).toBe(0);
    queue.push(picture(5, true), 0);
    expect(marks(queue)).toEqual([5]);
  });
});
