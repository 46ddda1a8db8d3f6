import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { encodeJpeg, encodeStrip, networkPicture, pixelBox } from '../../src/engine/picture.ts';
import type { PictureFit } from '../../src/engine/picture-fit.ts';

/** A frame whose left half is red and whose right half is blue. */
function halfAndHalf(width: number, height: number) {
  const pixels = new Uint8Array(width * height * 3);
  for (let at = 0; at < width * height; at += 1) pixels[at * 3 + (at % width < width / 2 ? 0 : 2)] = 255;
  return { width, height, pixels };
}

const square = (size: number, fit: PictureFit = 'stretch') => ({ size, fit });
const at = (picture: Uint8Array, size: number, x: number, y: number) => [...picture.subarray((y * size + x) * 3, (y * size + x) * 3 + 3)];

describe('pixelBox', () => {
  it('is the whole frame without a crop, and in proportion with one', () => {
    expect(pixelBox(null, 640, 360)).toEqual({ left: 0, top: 0, width: 640, height: 360 });
    expect(pixelBox([0.25, 0.5, 0.5, 0.25], 640, 360)).toEqual({ left: 160, top: 180, width: 320, height: 90 });
  });

  it('lies inside the frame and is never empty, whatever was asked for', () => {
    const fraction = fc.double({ min: 0, max: 1, noNaN: true });
    const side = fc.integer({ min: 1, max: 4000 });
    fc.assert(
      fc.property(fc.tuple(fraction, fraction, fraction, fraction), side, side, (crop, width, height) => {
        const box = pixelBox(crop, width, height);
        expect(Math.min(box.left, box.top)).toBeGreaterThanOrEqual(0);
        expect(Math.min(box.width, box.height)).toBeGreaterThanOrEqual(1);
        expect(box.left + box.width).toBeLessThanOrEqual(width);
        expect(box.top + box.height).toBeLessThanOrEqual(height);
      }),
    );
  });
});

describe('networkPicture', () => {
  it('stretches the frame to the square and keeps RGB in its order', async () => {
    const picture = await networkPicture(halfAndHalf(64, 36), null, square(20));
    expect(picture).toHaveLength(20 * 20 * 3);
    expect(at(picture, 20, 2, 10)).toEqual([255, 0, 0]);
    expect(at(picture, 20, 17, 10)).toEqual([0, 0, 255]);
  });

  it('sees the region only', async () => {
    const picture = await networkPicture(halfAndHalf(64, 36), [0.5, 0, 0.5, 1], square(10));
    expect(at(picture, 10, 0, 5)).toEqual([0, 0, 255]);
  });

  it('cuts a square out of the middle of the region, where the network was trained so', async () => {
    const picture = await networkPicture(halfAndHalf(64, 20), null, square(20, 'centre-crop'));
    expect(at(picture, 20, 0, 10)).toEqual([255, 0, 0]);
    // Nothing was bent: the middle of the frame is the middle of the square.
    expect([at(picture, 20, 8, 10), at(picture, 20, 11, 10)]).toEqual([
      [255, 0, 0],
      [0, 0, 255],
    ]);
    const right = await networkPicture(halfAndHalf(64, 20), [0.5, 0, 0.5, 1], square(10, 'centre-crop'));
    expect(at(right, 10, 0, 5)).toEqual([0, 0, 255]);
  });

  it.each([
    ['wide', 64, 32, [10, 2], [2, 10]],
    ['tall', 32, 64, [2, 10], [7, 2]],
  ] as const)('puts black bars beside a %s picture, where the network was trained so', async (_, width, height, bar, inside) => {
    const picture = await networkPicture(halfAndHalf(width, height), null, square(20, 'letterbox'));
    expect(picture).toHaveLength(20 * 20 * 3);
    expect(at(picture, 20, bar[0], bar[1])).toEqual([0, 0, 0]);
    expect(at(picture, 20, inside[0], inside[1])).toEqual([255, 0, 0]);
    expect(at(picture, 20, 19 - bar[0], 19 - bar[1])).toEqual([0, 0, 0]);
  });

  it('averages when it makes smaller: no aliasing of fine patterns', async () => {
    const width = 512;
    const pixels = new Uint8Array(width * width * 3);
    for (let index = 0; index < width * width; index += 1)
      pixels.fill((index + Math.floor(index / width)) % 2 === 0 ? 255 : 0, index * 3, index * 3 + 3);
    const picture = await networkPicture({ width, height: width, pixels }, null, square(32));
    for (const value of picture) expect(Math.abs(value - 127)).toBeLessThanOrEqual(3);
  });

  it('changes no colour of a plain picture', async () => {
    for (const value of [0, 1, 77, 201, 255]) {
      const picture = await networkPicture({ width: 33, height: 21, pixels: new Uint8Array(33 * 21 * 3).fill(value) }, null, square(8));
      expect(new Set(picture)).toEqual(new Set([value]));
    }
  });

  it('refuses a frame with too few bytes', async () => {
    await expect(networkPicture({ width: 64, height: 36, pixels: new Uint8Array(100) }, null, square(20))).rejects.toThrow();
  });
});

describe('encodeJpeg', () => {
  it('makes a JPEG of the frame, of a region, and narrower', async () => {
    const frame = halfAndHalf(64, 36);
    const facts = async (options?: Parameters<typeof encodeJpeg>[1]) => {
      const { format, width, height } = await sharp(await encodeJpeg(frame, options)).metadata();
      return [format, width, height];
    };
    expect(await facts()).toEqual(['jpeg', 64, 36]);
    expect(await facts({ crop: [0, 0, 0.5, 0.5] })).toEqual(['jpeg', 32, 18]);
    expect(await facts({ width: 32 })).toEqual(['jpeg', 32, 18]);
    expect(await facts({ width: 640 })).toEqual(['jpeg', 64, 36]);
  });
});

describe('encodeStrip', () => {
  it('puts pictures side by side in their order, lower ones on black, and says what they are', async () => {
    const jpeg = await encodeStrip([halfAndHalf(64, 36), halfAndHalf(32, 16), halfAndHalf(64, 36)], '{"deciding":1}');
    const { data, info } = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height, info.channels]).toEqual([160, 36, 3]);
    const seen = [8, 56, 68, 92, 100, 152].map((x) =>
      [...data.subarray((8 * 160 + x) * 3, (8 * 160 + x) * 3 + 3)].map((value) => (value > 128 ? 1 : 0)),
    );
    const [red, blue] = [
      [1, 0, 0],
      [0, 0, 1],
    ];
    expect(seen).toEqual([red, blue, red, blue, red, blue]);
    expect([...data.subarray((30 * 160 + 80) * 3, (30 * 160 + 80) * 3 + 3)].every((value) => value < 16)).toBe(true);
    expect((await sharp(jpeg).metadata()).exif?.toString('latin1')).toContain('{"deciding":1}');
  });
});
