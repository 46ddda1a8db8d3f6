import sharp from 'sharp';

/** The pixels (RGB24) of an SVG of a fixed size. It names no font: there may be none on the machine. */
export function renderSvg(svg: string): Promise<Buffer<ArrayBuffer>> {
  return sharp(Buffer.from(svg)).flatten().toColourspace('srgb').raw().toBuffer();
}
