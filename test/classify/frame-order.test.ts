import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameOrder } from '../../src/classify/frame-order.ts';

describe('FrameOrder', () => {
  it('releases pictures in their order, whatever the order of their outcomes', () => {
    const orders = fc.nat(30).chain((count) =>
      fc.shuffledSubarray(
        Array.from({ length: count * 2 }, (_, index) => ({ sequence: index >> 1, region: index % 2 === 0 ? 'full' : 'gate' })),
        { minLength: count * 2, maxLength: count * 2 },
      ),
    );
    fc.assert(
      fc.property(orders, (outcomes) => {
        const released: [number, string, number][] = [];
        const order = new FrameOrder<string>(2, (sequence, picture, seen) => void released.push([sequence, picture, seen.size]));
        for (let sequence = 0; sequence < outcomes.length / 2; sequence += 1) order.sent(sequence, `p${sequence}`);
        for (const { sequence, region } of outcomes) order.settled(sequence, region, { dropped: 'x' });
        expect(released).toEqual(Array.from({ length: outcomes.length / 2 }, (_, sequence) => [sequence, `p${sequence}`, 2]));
      }),
    );
  });

  it('tells when nothing is under way, and forgets what will not come', async () => {
    const released: number[] = [];
    const order = new FrameOrder<null>(1, (sequence) => void released.push(sequence));
    await order.empty();
    order.sent(0, null);
    order.sent(1, null);
    let isEmpty = false;
    const empty = order.empty().then(() => {
      isEmpty = true;
    });
    order.settled(1, 'full', { dropped: 'engine' });
    await Promise.resolve();
    expect([isEmpty, released]).toEqual([false, []]);
    order.abandon();
    await empty;
    order.settled(0, 'full', { dropped: 'engine' });
    expect(released).toEqual([]);
  });
});
