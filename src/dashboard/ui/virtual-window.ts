export interface VirtualWindow {
  /** Rows [first, end) are drawn. */
  readonly first: number;
  readonly end: number;
  /** The height of what is left out before and after, px. */
  readonly beforePx: number;
  readonly afterPx: number;
}

/** Which of `count` rows of `rowPx` each have to be drawn when the list is scrolled to `scrollPx`: those that are seen and `spare` around them. */
export function virtualWindow(parts: {
  readonly count: number;
  readonly rowPx: number;
  readonly scrollPx: number;
  readonly heightPx: number;
  readonly spare: number;
}): VirtualWindow {
  const { count, rowPx, scrollPx, heightPx, spare } = parts;
  const first = Math.min(count, Math.max(0, Math.floor(scrollPx / rowPx) - spare));
  const end = Math.max(first, Math.min(count, Math.ceil((scrollPx + heightPx) / rowPx) + spare));
  return { first, end, beforePx: first * rowPx, afterPx: (count - end) * rowPx };
}
