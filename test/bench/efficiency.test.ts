import { expect, it } from 'vitest';
import { efficiencyOf, saturatingLoad, usualBatchSize } from '../../src/bench/efficiency.ts';
import { costOf, stepOf } from './samples.ts';

it('is the rate of the daemon over the mean of the bare engine before and after', () => {
  const saturated = stepOf({ framesPerSecond: 27, offered: 400, seconds: 10, meanBatch: 8, engineBusyShare: 0.97 });
  expect(efficiencyOf(saturated, costOf(8, 250), costOf(8, 8000 / 28))).toMatchObject({
    ...{ ratio: expect.closeTo(0.9), bareFramesPerSecond: expect.closeTo(30), before: 32, after: expect.closeTo(28), batchSize: 8 },
    offeredOverBare: expect.closeTo(40 / 30),
  });
});

it('compares at the size that most pictures went in, padding included', () => {
  const allowed = [1, 2, 4, 8];
  expect(
    usualBatchSize(
      new Map([
        [1, 100],
        [5, 10],
        [8, 10],
      ]),
      allowed,
    ),
  ).toBe(8);
  expect(
    usualBatchSize(
      new Map([
        [1, 100],
        [8, 10],
      ]),
      allowed,
    ),
  ).toBe(1);
  expect(usualBatchSize(new Map([[3, 0]]), allowed)).toBeNull();
  expect(usualBatchSize(new Map(), allowed)).toBeNull();
});

it('offers a third more than the engine does, from enough cameras for its largest batch', () => {
  expect(saturatingLoad(30, 16)).toEqual({ cameras: 16, sampleFps: 2.5 });
  expect(saturatingLoad(30, 32).cameras).toBe(32);
  const fast = saturatingLoad(1500, 32);
  expect(fast.cameras * fast.sampleFps).toBeGreaterThanOrEqual(1.3 * 1500);
  expect(saturatingLoad(1e6, 32)).toEqual({ cameras: 64, sampleFps: 60 });
});
