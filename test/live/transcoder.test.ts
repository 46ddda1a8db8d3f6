import { describe, expect, it } from 'vitest';
import { transcodedSize } from '../../src/live/transcoder.ts';

describe('transcodedSize', () => {
  it.each([
    [1920, 1080, 1280, 720],
    [640, 360, 640, 360],
    [2560, 1920, 1280, 960],
    [353, 289, 352, 288],
    [1280, 1, 1280, 2],
  ])('of %i×%i is %i×%i', (width, height, toWidth, toHeight) => {
    expect(transcodedSize({ width, height })).toEqual({ width: toWidth, height: toHeight });
  });
});
