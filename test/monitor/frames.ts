import type { Frame } from '../../src/stream/frame.ts';
import type { PictureMemory } from '../../src/stream/picture-memory.ts';

/** A frame of 8 × 4 pixels, all of the value of its sequence; one a second. */
export function smallFrame(memory: PictureMemory, sequence: number, changes: Partial<Frame> = {}): Frame {
  const receivedMono = sequence * 1000;
  return {
    ...{
      cameraId: 'door',
      sequence,
      receivedAt: Date.UTC(2026, 0, 1) + receivedMono,
      receivedMono,
      decodedMono: receivedMono + 10,
      width: 8,
      height: 4,
    },
    pixels: memory.take(8 * 4 * 3).fill(sequence),
    ...changes,
  };
}

export const SMALL_FRAME_BYTES: number = 8 * 4 * 3;
