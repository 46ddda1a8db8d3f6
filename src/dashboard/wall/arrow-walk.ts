export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Where a key leads from a box among others in reading order: left and right to the one before and after, up and down to the one in the next row
 * whose middle is nearest. The same index where there is no further.
 */
export function walk(boxes: readonly Box[], from: number, key: string): number {
  const last = boxes.length - 1;
  if (key === 'ArrowLeft') return Math.max(0, from - 1);
  if (key === 'ArrowRight') return Math.min(last, from + 1);
  if (key === 'Home') return 0;
  if (key === 'End') return last;
  if (key === 'ArrowUp' || key === 'ArrowDown') return nearestInNextRow(boxes, from, key === 'ArrowDown' ? 1 : -1);
  return from;
}

function nearestInNextRow(boxes: readonly Box[], from: number, direction: 1 | -1): number {
  const start = boxes[from];
  if (!start) return from;
  let best = from;
  let bestRow = Number.POSITIVE_INFINITY;
  let bestAside = Number.POSITIVE_INFINITY;
  boxes.forEach((box, index) => {
    // Rows of a grid have one top; a box counts as another row from half a height on.
    const row = (box.top - start.top) * direction;
    if (row < start.height / 2 || row > bestRow + 1) return;
    const aside = Math.abs(box.left + box.width / 2 - (start.left + start.width / 2));
    if (row < bestRow - 1 || aside < bestAside) {
      best = index;
      bestRow = row;
      bestAside = aside;
    }
  });
  return best;
}
