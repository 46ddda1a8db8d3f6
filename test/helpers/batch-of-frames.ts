import type { Batch, BatchEntry } from '../../src/batching/batch.ts';

export interface FrameWish {
  /** Every byte of the picture. */
  readonly byte: number;
  readonly receivedMono?: number;
  readonly maxLatencyMs?: number;
  /** Makes the frame lie about its size. */
  readonly broken?: boolean;
}

/** An entry with a small frame of one colour, of a camera that is named after its place. */
function entryOf(wish: FrameWish, place: number = 0): BatchEntry {
  const { byte, receivedMono = 0, maxLatencyMs = 500, broken = false } = wish;
  const pixels = new Uint8Array(broken ? 10 : 16 * 12 * 3).fill(byte);
  return {
    slot: { cameraId: `camera${place}`, region: 'full', crop: null, maxLatencyMs, weight: 1 },
    frame: { cameraId: `camera${place}`, sequence: place, receivedAt: 0, receivedMono, decodedMono: receivedMono + 5, width: 16, height: 12, pixels },
    unservedSince: receivedMono,
    deadlineMono: receivedMono + maxLatencyMs,
  };
}

export function batchOf(wishes: readonly FrameWish[], paddedTo: number, id: number = 1, formedMono: number = 10): Batch {
  return { id, entries: wishes.map(entryOf), paddedTo, formedMono, flushReason: 'full' };
}
