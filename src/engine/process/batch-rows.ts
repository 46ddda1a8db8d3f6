/** How the rows of a batch are cut when it cannot run in one go. Pure. */

/** The smallest allowed size that holds `count` pictures; the largest one when none does. `ladder` is ascending and not empty. */
export function sizeFor(ladder: readonly number[], count: number): number {
  return ladder.find((size) => size >= count) ?? ladder.at(-1) ?? count;
}

/** `rows` in two parts, the first not the smaller one. For two rows or more. */
export function halves(rows: readonly number[]): [readonly number[], readonly number[]] {
  const middle = Math.ceil(rows.length / 2);
  return [rows.slice(0, middle), rows.slice(middle)];
}

/** `rows` in parts of at most `most`. */
export function portions(rows: readonly number[], most: number): (readonly number[])[] {
  const parts: (readonly number[])[] = [];
  for (let at = 0; at < rows.length; at += most) parts.push(rows.slice(at, at + most));
  return parts;
}

/** The allowed sizes below the one at which memory ended; the smallest one stays, as there is nothing to fall back to. */
export function ladderBelow(ladder: readonly number[], failed: number): readonly number[] {
  const below = ladder.filter((size) => size < failed);
  return below.length > 0 ? below : ladder.slice(0, 1);
}

/**
 * The pictures `rows` of `pixels`, followed by zeros up to `size` pictures. `filled` pictures stand in `pixels`, zeros behind them.
 * A view where that is how they lie already, else a copy: a picture that was cut off must not come along as padding.
 */
export function gather(pixels: Uint8Array, filled: number, rows: readonly number[], size: number, pictureBytes: number): Uint8Array {
  const first = rows[0] ?? 0;
  const adjoining = rows.every((row, index) => row === first + index);
  const zerosFollow = rows.length === size || first + rows.length === filled;
  if (adjoining && zerosFollow && (first + size) * pictureBytes <= pixels.length)
    return pixels.subarray(first * pictureBytes, (first + size) * pictureBytes);
  const copy = new Uint8Array(size * pictureBytes);
  rows.forEach((row, index) => {
    copy.set(pixels.subarray(row * pictureBytes, (row + 1) * pictureBytes), index * pictureBytes);
  });
  return copy;
}
