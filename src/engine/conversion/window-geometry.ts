/** How a sliding window (convolution or pooling) meets one axis of a picture. */
export interface WindowAxis {
  /** Extent of the result. */
  readonly length: number;
  /** Zeros (or nothing) put before and behind the axis. */
  readonly before: number;
  readonly behind: number;
}

/**
 * `valid` uses whole windows only. `same` gives ceil(length / stride) results; TensorFlow puts the odd pixel of padding behind
 * (tensorflow.org, "Neural network: padding"). `window` counts the pixels that the window spans, dilation included.
 */
export function windowAxis(length: number, window: number, stride: number, padding: 'same' | 'valid'): WindowAxis {
  if (padding === 'valid') return { length: Math.floor((length - window) / stride) + 1, before: 0, behind: 0 };
  const results = Math.ceil(length / stride);
  const total = Math.max(0, (results - 1) * stride + window - length);
  const before = Math.floor(total / 2);
  return { length: results, before, behind: total - before };
}

/** Pixels that `size` taps span when they stand `dilation` apart. */
export function dilatedExtent(size: number, dilation: number): number {
  return (size - 1) * dilation + 1;
}
