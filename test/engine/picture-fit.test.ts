import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PICTURE_FITS, type PixelBox, placePicture } from '../../src/engine/picture-fit.ts';

const box = (width: number, height: number, left = 0, top = 0): PixelBox => ({ left, top, width, height });

describe('placePicture', () => {
  it('stretch takes all and fills all', () => {
    expect(placePicture(box(640, 360, 5, 7), 299, 'stretch')).toEqual({ source: box(640, 360, 5, 7), target: box(299, 299) });
  });

  it('centre-crop takes the middle square', () => {
    expect(placePicture(box(640, 360), 299, 'centre-crop')).toEqual({ source: box(360, 360, 140, 0), target: box(299, 299) });
    expect(placePicture(box(100, 301, 10, 20), 8, 'centre-crop').source).toEqual(box(100, 100, 10, 120));
  });

  it('letterbox takes all and leaves equal bars', () => {
    expect(placePicture(box(640, 360), 320, 'letterbox')).toEqual({ source: box(640, 360), target: box(320, 180, 0, 70) });
    expect(placePicture(box(360, 640), 320, 'letterbox').target).toEqual(box(180, 320, 70, 0));
  });

  it('stays inside of picture and square, is never empty, and bends nothing but when it stretches', () => {
    const side = fc.integer({ min: 1, max: 5000 });
    fc.assert(
      fc.property(side, side, fc.nat(100), fc.nat(100), fc.integer({ min: 1, max: 2048 }), fc.constantFrom(...PICTURE_FITS), (...given) => {
        const [width, height, left, top, size, fit] = given;
        const { source, target } = placePicture(box(width, height, left, top), size, fit);
        for (const { width: wide, height: high } of [source, target]) expect(Math.min(wide, high)).toBeGreaterThanOrEqual(1);
        expect(source.left).toBeGreaterThanOrEqual(left);
        expect(source.top).toBeGreaterThanOrEqual(top);
        expect(source.left + source.width).toBeLessThanOrEqual(left + width);
        expect(source.top + source.height).toBeLessThanOrEqual(top + height);
        expect(target.left + target.width).toBeLessThanOrEqual(size);
        expect(target.top + target.height).toBeLessThanOrEqual(size);
        if (fit === 'stretch') return;
        // One scale for both sides, rounded to whole pixels.
        const scale = size / Math.max(source.width, source.height);
        expect(Math.abs(target.width - source.width * scale)).toBeLessThanOrEqual(1);
        expect(Math.abs(target.height - source.height * scale)).toBeLessThanOrEqual(1);
      }),
    );
  });
});
