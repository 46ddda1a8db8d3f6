import type { ValueHistogram } from './value-histogram.ts';

/** How real values are written as bytes: `value ≈ (byte − zeroPoint) × scale`. */
export interface ByteScale {
  readonly scale: number;
  /** 0…255. */
  readonly zeroPoint: number;
}

const LARGEST_BYTE = 255;
const TRIED = 80;
/** The least share of the largest value that is tried as the end of the range. */
const LEAST_SHARE = 0.15;

/** The range with the least squared error over what was counted. Values outside are held at its ends; 0 is always represented exactly. */
export function bestByteScale(histogram: ValueHistogram): ByteScale {
  const [low, high] = histogram.extremes();
  if (high - low <= 0) return { scale: 1 / LARGEST_BYTE, zeroPoint: 0 };
  let best: ByteScale & { readonly error: number } = { ...byteScale(low, high), error: Number.POSITIVE_INFINITY };
  for (let index = 0; index < TRIED; index++) {
    const share = 1 - ((1 - LEAST_SHARE) * index) / TRIED;
    const tried = byteScale(low * share, high * share);
    const error = roundingError(histogram, tried);
    if (error < best.error) best = { ...tried, error };
  }
  return { scale: best.scale, zeroPoint: best.zeroPoint };
}

/** The bytes that reach from `low` (0 or less) to `high` (0 or more). */
export function byteScale(low: number, high: number): ByteScale {
  const scale = Math.fround((high - low) / LARGEST_BYTE);
  return { scale, zeroPoint: Math.min(LARGEST_BYTE, Math.max(0, Math.round(-low / scale))) };
}

/** Root of the mean square of the rounding errors, over that of the values. */
export function relativeError(histogram: ValueHistogram, scale: ByteScale): number {
  const { bins, binWidth } = histogram;
  let squares = 0;
  for (const [bin, count] of bins.entries()) squares += count * ((bin - bins.length / 2 + 0.5) * binWidth) ** 2;
  return squares === 0 ? 0 : Math.sqrt(roundingError(histogram, scale) / squares);
}

/** The real value that the byte nearest to `value` stands for. */
export function roundedToByte(value: number, { scale, zeroPoint }: ByteScale): number {
  return (Math.min(LARGEST_BYTE, Math.max(0, Math.round(value / scale) + zeroPoint)) - zeroPoint) * scale;
}

/** Sum of squares over all values that were counted. */
function roundingError(histogram: ValueHistogram, tried: ByteScale): number {
  let sum = 0;
  const { bins, binWidth } = histogram;
  const middle = bins.length / 2;
  for (let bin = 0; bin < bins.length; bin++) {
    const count = bins[bin] ?? 0;
    if (count === 0) continue;
    const value = (bin - middle + 0.5) * binWidth;
    const error = roundedToByte(value, tried) - value;
    sum += count * error * error;
  }
  return sum;
}
