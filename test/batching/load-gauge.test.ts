import { describe, expect, it } from 'vitest';
import { LoadGauge } from '../../src/batching/load-gauge.ts';

/** An engine that can do half of the 100 offers a second. */
const BEST_RATE = 0.05;

/** Plays `seconds` of 100 offers a second, of which `lost` are lost, on an engine busy for `busyShare` of the time. */
function play(gauge: LoadGauge, from: number, seconds: number, lost: number, busyShare: number, bestRatePerMs: number = BEST_RATE): number {
  for (let tenth = 0; tenth < seconds * 10; tenth++) {
    for (let frame = 0; frame < 10; frame++) gauge.offered();
    for (let frame = 0; frame < lost / 10; frame++) gauge.lost();
    const now = from + (tenth + 1) * 100;
    gauge.review(now, now * busyShare, bestRatePerMs);
  }
  return from + seconds * 1_000;
}

describe('LoadGauge', () => {
  it('knows the rate after the first second', () => {
    const gauge = new LoadGauge();
    expect(gauge.framesPerMs).toBe(0);
    gauge.review(0, 0, BEST_RATE);
    play(gauge, 0, 1, 0, 0.5);
    expect(gauge.framesPerMs).toBeCloseTo(0.1);
  });

  it('calls it overload when frames are lost and the engine never rests, and forgets it when that ends', () => {
    const gauge = new LoadGauge();
    gauge.review(0, 0, BEST_RATE);
    const at = play(gauge, 0, 2, 50, 1);
    expect(gauge.overloaded).toBe(true);
    play(gauge, at, 5, 0, 1);
    expect(gauge.overloaded).toBe(false);
  });

  it('does not call bursts of one camera overload while the engine has time to rest', () => {
    const gauge = new LoadGauge();
    gauge.review(0, 0, BEST_RATE);
    play(gauge, 0, 5, 50, 0.8);
    expect(gauge.overloaded).toBe(false);
  });

  it('does not call it overload when an engine that can do all loses a few frames just below its best rate', () => {
    const gauge = new LoadGauge();
    gauge.review(0, 0, BEST_RATE);
    play(gauge, 0, 5, 10, 1, 0.105);
    expect(gauge.overloaded).toBe(false);
  });

  it('believes what happens more than what the engine should be able to do', () => {
    const gauge = new LoadGauge();
    gauge.review(0, 0, BEST_RATE);
    play(gauge, 0, 5, 40, 1, 0.2);
    expect(gauge.overloaded).toBe(true);
  });

  it('survives a clock that stands still', () => {
    const gauge = new LoadGauge();
    for (let round = 0; round < 10; round++) {
      gauge.offered();
      gauge.review(5, 0, BEST_RATE);
    }
    expect(gauge.framesPerMs).toBe(0);
    expect(gauge.overloaded).toBe(false);
  });
});
