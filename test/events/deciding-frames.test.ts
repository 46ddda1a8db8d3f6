import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DecidingFrames, MOST_DECIDING_FRAMES, type Observation } from '../../src/events/deciding-frames.ts';

it('gives the newest frames of any run in order, with its length, span and peak', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 10_000 }), { minLength: 1, maxLength: 45 }), fc.nat(20), (scores, before) => {
      const frames = new DecidingFrames();
      for (let index = 0; index < before; index += 1) frames.add(seen(-index, 1));
      frames.clear();
      const run = scores.map((score, index) => seen(index, score / 10_000));
      for (const frame of run) frames.add(frame);
      expect(frames.run()).toEqual({ frames: run.slice(-MOST_DECIDING_FRAMES), count: run.length, spanMs: (run.length - 1) * 100 });
      expect(frames.first).toBe(run[0]);
      expect(frames.peakScore).toBe(Math.max(...scores) / 10_000);
    }),
  );
});

it('has nothing before the first frame', () => {
  const frames = new DecidingFrames();
  expect([frames.first, frames.count, frames.run()]).toEqual([null, 0, { frames: [], count: 0, spanMs: 0 }]);
});

function seen(index: number, score: number): Observation {
  return { mono: index * 100, wall: index * 100, sequence: index, score };
}
