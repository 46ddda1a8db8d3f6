import { expect, it } from 'vitest';
import { carriedOf, frontierOf } from '../../src/bench/carried.ts';
import type { Carried } from '../../src/bench/document.ts';
import { stepOf } from './samples.ts';

const MACHINE = { cores: 4, boundMs: 500, smallestBatchMs: 40 };
const FIXED = { cameras: 0, sampleFps: 2 };

it('tells the worst of the measurements that held', () => {
  const latency = (p99: number) => {
    const { latencyMs } = stepOf();
    return latencyMs && { ...latencyMs, total: { p50: 1, p99 } };
  };
  const steps = [
    stepOf({ framesPerSecond: 8, latencyMs: latency(200) }),
    stepOf({ framesPerSecond: 7.9, latencyMs: latency(300) }),
    stepOf({ framesPerSecond: 7, holds: false }),
    stepOf({ cameras: 5, holds: false, engineBusyShare: 0.95 }),
  ];
  expect(carriedOf(steps, 'cameras', { held: 4, failed: 5 }, FIXED, MACHINE)).toMatchObject({
    ...{ cameras: 4, sampleFps: 2, framesPerSecond: 7.9, p99Ms: 300, limitedBy: 'engine' },
  });
});

it('knows nothing when it was broken off before it came down to one camera', () => {
  const failed = stepOf({ cameras: 3, holds: false });
  expect(carriedOf([failed], 'cameras', { held: null, failed: 3 }, FIXED, MACHINE)).toBeNull();
  const one = stepOf({ cameras: 1, holds: false });
  expect(carriedOf([one], 'cameras', { held: null, failed: 1 }, FIXED, MACHINE)).toMatchObject({ cameras: 0 });
});

it('knows nothing before the first measurement, and zero when nothing held', () => {
  expect(carriedOf([], 'cameras', { held: null, failed: null }, FIXED, MACHINE)).toBeNull();
  const failed = stepOf({ cameras: 3, sampleFps: 0.1, holds: false });
  const none = carriedOf([failed], 'sampleFps', { held: null, failed: 0.1 }, { cameras: 3, sampleFps: 0 }, MACHINE);
  expect(none).toMatchObject({ cameras: 3, sampleFps: 0, framesPerSecond: 0, p99Ms: null });
});

it('makes the frontier of what is carried, by cameras, the highest rate of each', () => {
  const at = (cameras: number, sampleFps: number, framesPerSecond = cameras * sampleFps): Carried => ({
    ...{ cameras, sampleFps, framesPerSecond, p99Ms: 100, limitedBy: 'engine', evidence: [] },
  });
  const frontier = frontierOf([at(4, 2), null, at(16, 0.1, 0), at(1, 8), at(4, 3)]);
  expect(frontier.map(({ cameras, sampleFps }) => [cameras, sampleFps])).toEqual([
    [1, 8],
    [4, 3],
  ]);
});
