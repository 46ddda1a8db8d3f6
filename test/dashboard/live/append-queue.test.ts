import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppendQueue } from '../../../src/dashboard/live/append-queue.ts';

describe('AppendQueue', () => {
  it('gives all back in order, in pieces no larger than asked for unless one is by itself', () => {
    const pieces = fc.array(fc.uint8Array({ minLength: 1, maxLength: 30 }), { maxLength: 20 });
    fc.assert(
      fc.property(pieces, fc.integer({ min: 1, max: 50 }), (all, atMost) => {
        const queue = new AppendQueue(1000);
        for (const piece of all) expect(queue.push(piece)).toBe(true);
        const taken: number[] = [];
        const largest = Math.max(atMost, ...all.map(({ length }) => length));
        for (let piece = queue.take(atMost); piece; piece = queue.take(atMost)) {
          expect(piece.length).toBeLessThanOrEqual(largest);
          taken.push(...piece);
        }
        expect(taken).toEqual(all.flatMap((piece) => [...piece]));
        expect(queue.bytes).toBe(0);
      }),
    );
  });

  it('takes no more than may wait', () => {
    const queue = new AppendQueue(10);
    expect([queue.push(new Uint8Array(6)), queue.push(new Uint8Array(5)), queue.push(new Uint8Array(4))]).toEqual([true, false, true]);
    expect(queue.bytes).toBe(10);
    queue.clear();
    expect([queue.bytes, queue.take(10)]).toEqual([0, null]);
  });

  it('takes back what was not accepted, as the next', () => {
    const queue = new AppendQueue(3);
    queue.push(Uint8Array.of(1, 2));
    queue.push(Uint8Array.of(3));
    const piece = queue.take(2);
    queue.putBack(piece ?? new Uint8Array());
    expect([...(queue.take(9) ?? [])]).toEqual([1, 2, 3]);
  });
});
