import { expect, it } from 'vitest';
import { loadOf } from '../../../src/dashboard/system/load.ts';

const region = { label: '', score: 0, top: [], heads: {}, rules: {} };
const camera = (sampleFps: number, regions: readonly string[] = [], enabled = true, id = 'any') => ({
  ...{ id, enabled, sampleFps },
  regions: Object.fromEntries(regions.map((name) => [name, region])),
});

it('adds up what the cameras that are on ask in all their regions, against the best batch', () => {
  const engine = { batchSizes: [1, 4, 16], costMs: { '1': 50, '4': 100, '16': 500 } };
  const cameras = [camera(2), camera(2, ['full', 'gate']), camera(9, [], false)];
  expect(loadOf(cameras, engine)).toEqual({ asked: 6, capacity: 40, bestSize: 4, share: 0.15 });
});

it('counts the regions of a camera that was not judged yet', () => {
  const cameras = [camera(2, [], true, 'away'), camera(1, ['full'])];
  expect(loadOf(cameras, null, (id) => (id === 'away' ? 3 : undefined)).asked).toBe(7);
});

it('says nothing of what it does not know', () => {
  expect(loadOf([camera(2)], null)).toEqual({ asked: 2, capacity: null, bestSize: null, share: null });
  expect(loadOf([], { batchSizes: [1], costMs: {} })).toEqual({ asked: 0, capacity: null, bestSize: null, share: null });
});
