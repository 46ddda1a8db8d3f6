import { setImmediate as turn } from 'node:timers/promises';
import sharp, { type Sharp } from 'sharp';
import type { CropBox } from '../batching/batch.ts';
import type { Frame } from '../stream/frame.ts';
import { type PictureFit, type PixelBox, placePicture } from './picture-fit.ts';

// The cache of libvips is for files that are read again; ours are never. Parallelism is the caller's, over pictures: a thread pool for each
// small picture costs more than it gives.
sharp.cache(false);
sharp.concurrency(1);

/** What a network looks at: squares of `size` × `size` pixels. */
export interface NetworkView {
  readonly size: number;
  readonly fit: PictureFit;
}

/** Bytes: some 3 ms. */
const MOST_COPIED_AT_ONCE = 4 * 1024 * 1024;

type RawFrame = Pick<Frame, 'width' | 'height' | 'pixels'>;

/** The part of a frame that `crop` names, rounded to whole pixels, inside the frame and never empty. */
export function pixelBox(crop: CropBox | null, width: number, height: number): PixelBox {
  if (crop === null) return { left: 0, top: 0, width, height };
  const left = clamp(Math.round(crop[0] * width), 0, width - 1);
  const top = clamp(Math.round(crop[1] * height), 0, height - 1);
  const right = clamp(Math.round((crop[0] + crop[2]) * width), left + 1, width);
  const bottom = clamp(Math.round((crop[1] + crop[3]) * height), top + 1, height);
  return { left, top, width: right - left, height: bottom - top };
}

/**
 * What the network sees of a frame: the region, made square in the way the network was trained with, RGB.
 * THE path of every picture to the network: live, recorded, taught. Kernel: linear (a triangle filter, so it averages when it makes smaller);
 * 640 × 360 → 299 × 299 takes 2 ms and scores differ less between kernels than between two frames.
 * Throws what sharp throws when the frame's pixels are not what its size says.
 */
export async function networkPicture(frame: RawFrame, crop: CropBox | null, { size, fit }: NetworkView): Promise<Uint8Array> {
  const { source, target } = placePicture(pixelBox(crop, frame.width, frame.height), size, fit);
  const isWhole = source.width === frame.width && source.height === frame.height;
  const cut = isWhole ? opened(frame) : opened(frame).extract(source);
  const scaled = cut.resize(target.width, target.height, { fit: 'fill', kernel: 'linear' });
  const right = size - target.left - target.width;
  const bottom = size - target.top - target.height;
  const isSquare = target.width === size && target.height === size;
  const square = isSquare ? scaled : scaled.extend({ left: target.left, top: target.top, right, bottom, background: '#000' });
  return await square.raw().toBuffer();
}

export interface JpegOptions {
  readonly crop?: CropBox | null;
  /** Made narrower to this; never wider. */
  readonly width?: number;
}

/** A frame for people: snapshot or dashboard tile. Quality 75. */
export async function encodeJpeg(frame: RawFrame, options: JpegOptions = {}): Promise<Buffer> {
  let picture = opened(frame);
  if (options.crop) picture = picture.extract(pixelBox(options.crop, frame.width, frame.height));
  if (options.width !== undefined) picture = picture.resize({ width: options.width, withoutEnlargement: true, kernel: 'linear' });
  return await picture.jpeg({ quality: 75 }).toBuffer();
}

/**
 * Pictures side by side, in their order, in one JPEG of quality 75; where they are not of one height the lower ones stand on black.
 * `description` (ASCII) is its EXIF ImageDescription. The copying takes the calling thread 2 ms for five pictures of 640 × 360, and spares sharp 40 ms;
 * for large ones it lets others have their turn between. Frames must stay as they are until it resolves.
 */
export async function encodeStrip(frames: readonly RawFrame[], description: string): Promise<Buffer> {
  const width = frames.reduce((sum, frame) => sum + frame.width, 0);
  const height = Math.max(...frames.map((frame) => frame.height));
  const pixels = Buffer.alloc(width * height * 3);
  let [left, copied] = [0, 0];
  for (const frame of frames) {
    const row = frame.width * 3;
    for (let y = 0; y < frame.height; y += 1) {
      pixels.set(frame.pixels.subarray(y * row, (y + 1) * row), (y * width + left) * 3);
      copied += row;
      if (copied < MOST_COPIED_AT_ONCE) continue;
      copied = 0;
      await turn();
    }
    left += frame.width;
  }
  const exif = { IFD0: { ImageDescription: description } };
  return await opened({ width, height, pixels }).withExif(exif).jpeg({ quality: 75 }).toBuffer();
}

function opened(frame: RawFrame): Sharp {
  return sharp(frame.pixels, { raw: { width: frame.width, height: frame.height, channels: 3 } });
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
