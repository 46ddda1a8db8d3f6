/** How a picture of another shape is made square: `stretch` bends it, `centre-crop` cuts off what is too long, `letterbox` adds black bars. */
export const PICTURE_FITS = ['stretch', 'centre-crop', 'letterbox'] as const;

export type PictureFit = (typeof PICTURE_FITS)[number];

/** In pixels. */
export interface PixelBox {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Which part of a picture is looked at, and which part of the square it fills; the rest of the square is black. */
export interface PicturePlacement {
  readonly source: PixelBox;
  readonly target: PixelBox;
}

/** Places `box` of a picture in a square of `size` pixels. Neither part is ever empty, whatever the box's shape. */
export function placePicture(box: PixelBox, size: number, fit: PictureFit): PicturePlacement {
  const whole: PixelBox = { left: 0, top: 0, width: size, height: size };
  if (fit === 'stretch') return { source: box, target: whole };
  if (fit === 'centre-crop') {
    const side = Math.min(box.width, box.height);
    const left = box.left + Math.floor((box.width - side) / 2);
    const top = box.top + Math.floor((box.height - side) / 2);
    return { source: { left, top, width: side, height: side }, target: whole };
  }
  const scale = size / Math.max(box.width, box.height);
  const width = Math.max(1, Math.round(box.width * scale));
  const height = Math.max(1, Math.round(box.height * scale));
  return { source: box, target: { left: Math.floor((size - width) / 2), top: Math.floor((size - height) / 2), width, height } };
}
