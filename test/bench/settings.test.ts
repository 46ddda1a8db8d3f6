import { expect, it } from 'vitest';
import { affordableCameras, expectedSeconds, type PipelineSettings } from '../../src/bench/settings.ts';

const SETTINGS: PipelineSettings = {
  ...{ boundMs: 500, sampleFps: 2, decode: 'auto', frameWidth: 640, maxCameras: 64, isShortOfMemory: false, seconds: 10, brief: false },
  stream: { width: 1920, height: 1080, framesPerSecond: 25, kilobitsPerSecond: 4000, keyFrameMs: 1000 },
};

it('takes a few minutes by default, and longer where decoding has to be found out', () => {
  const usual = expectedSeconds(SETTINGS);
  expect(usual).toBeGreaterThan(180);
  expect(usual).toBeLessThan(420);
  expect(expectedSeconds({ ...SETTINGS, brief: true })).toBeLessThan(usual / 1.5);
  expect(expectedSeconds({ ...SETTINGS, maxCameras: 1 })).toBeLessThan(usual);
  expect(expectedSeconds({ ...SETTINGS, seconds: 60 })).toBeGreaterThan(2 * usual);
  expect(expectedSeconds({ ...SETTINGS, sampleFps: 1 })).toBeGreaterThan(usual + 100);
  expect(expectedSeconds({ ...SETTINGS, sampleFps: 1, decode: 'all' })).toBe(usual);
});

it('tries no more cameras than fit into memory', () => {
  expect(affordableCameras(8 * 1024 ** 3)).toBe(47);
  expect(affordableCameras(0)).toBe(1);
});
