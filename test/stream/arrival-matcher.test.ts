import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ArrivalMatcher } from '../../src/stream/arrival-matcher.ts';

const PACKET_TICK = 1 / 12_800;
const FRAME_TICK = 1 / 90_000;

function matcher(): ArrivalMatcher {
  const made = new ArrivalMatcher();
  made.setPacketTick(PACKET_TICK);
  made.setFrameTick(FRAME_TICK);
  return made;
}

describe('ArrivalMatcher', () => {
  it('finds the packet of each picture, in any order and over different clocks', () => {
    const shuffled = fc.integer({ min: 1, max: 300 }).chain((count) => fc.shuffledSubarray([...Array(count).keys()], { minLength: count }));
    fc.assert(
      fc.property(shuffled, fc.integer({ min: 0, max: 1_000_000 }), (order, startS) => {
        const times = matcher();
        order.forEach((index, arrival) => {
          const pts = Math.round((startS + index / 25) / PACKET_TICK) * PACKET_TICK;
          times.add({ pts, dts: null }, arrival);
        });
        order.forEach((index, arrival) => {
          const asPicture = Math.round((startS + index / 25) / FRAME_TICK) * FRAME_TICK;
          expect(times.find(asPicture, Number.POSITIVE_INFINITY)?.arrivedMono).toBe(arrival);
        });
      }),
      { numRuns: 30 },
    );
  });

  it('takes no packet that came after the picture, and none of another time', () => {
    const times = matcher();
    times.add({ pts: 1, dts: 1 }, 100);
    times.add({ pts: 2, dts: 2 }, 200);
    expect(times.find(2, 150)).toBeNull();
    expect(times.find(1.5, 1000)).toBeNull();
    expect(times.find(2, 200)?.arrivedMono).toBe(200);
  });

  it('takes the newest when a time comes twice, and forgets what is long past', () => {
    const times = matcher();
    times.add({ pts: 1, dts: 1 }, 100);
    times.add({ pts: 1, dts: 1 }, 200);
    expect(times.find(1, 1000)?.arrivedMono).toBe(200);
    for (let index = 0; index < 5000; index++) times.add({ pts: 10 + index, dts: null }, 300 + index);
    expect(times.find(1, 10_000)).toBeNull();
  });
});
