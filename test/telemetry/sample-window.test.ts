import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SampleWindow } from '../../src/telemetry/sample-window.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';

describe('SampleWindow', () => {
  it('is null without samples, and again when they are older than a minute', async () => {
    const clock = new VirtualClock();
    const window = new SampleWindow(clock, 4);
    expect(window.percentiles([0.5])).toEqual([null]);
    window.add(3);
    await clock.advance(60_000);
    expect(window.percentiles([0.5])).toEqual([3]);
    await clock.advance(1);
    expect(window.percentiles([0.5])).toEqual([null]);
  });

  it('judges the newest of a busy minute', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 1, maxLength: 50 }),
        fc.integer({ min: 1, max: 10 }),
        (values, capacity) => {
          const window = new SampleWindow(new VirtualClock(), capacity);
          for (const value of values) window.add(value);
          const kept = values.slice(-capacity);
          expect(window.percentiles([0, 1])).toEqual([Math.min(...kept), Math.max(...kept)]);
        },
      ),
    );
  });
});
