import type { BatchEntry } from '../batching/batch.ts';
import { type NetworkView, networkPicture } from './picture.ts';
import type { BufferPool } from './process/buffer-pool.ts';

/** Pictures of a batch, side by side as the network wants them. */
export interface PreparedPictures {
  /** RGB uint8 NHWC: `paddedTo × view.size² × 3`; from the pool, zeros after the last picture. */
  readonly pixels: Uint8Array;
  /** Row by row whose picture it is: `entries` without the refused ones. */
  readonly entries: readonly BatchEntry[];
  /** Their frames are broken: not as many bytes as their size says. */
  readonly refused: readonly { readonly entry: BatchEntry; readonly error: unknown }[];
}

/**
 * Brings `entries` to the form that the network looks at, at most `parallel` at a time, into one buffer of `paddedTo` pictures.
 * Never rejects: an entry that cannot be brought is among the refused.
 */
export async function preprocess(
  entries: readonly BatchEntry[],
  paddedTo: number,
  view: NetworkView,
  parallel: number,
  pool: BufferPool,
): Promise<PreparedPictures> {
  const bytes = view.size ** 2 * 3;
  const pixels = pool.take(paddedTo * bytes);
  const errors = new Map<BatchEntry, unknown>();
  let next = 0;
  const work = async () => {
    for (let row = next++; row < entries.length; row = next++) {
      const entry = entries[row];
      if (!entry) return;
      try {
        pixels.set(await networkPicture(entry.frame, entry.slot.crop, view), row * bytes);
      } catch (error) {
        errors.set(entry, error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallel, entries.length) }, work));

  let filled = entries.length;
  if (errors.size > 0) {
    filled = 0;
    entries.forEach((entry, row) => {
      if (errors.has(entry)) return;
      if (row !== filled) pixels.copyWithin(filled * bytes, row * bytes, (row + 1) * bytes);
      filled += 1;
    });
  }
  // The buffer was used before: what is left of an older batch must not be looked at.
  pixels.fill(0, filled * bytes);
  return {
    pixels,
    entries: entries.filter((entry) => !errors.has(entry)),
    refused: [...errors].map(([entry, error]) => ({ entry, error })),
  };
}
