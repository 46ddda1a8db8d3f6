import type { SlotSpec } from '../../src/batching/batch.ts';
import { Slot } from '../../src/batching/slot.ts';
import type { Frame } from '../../src/stream/frame.ts';

const PIXELS = new Uint8Array(0);

export function frameAt(receivedMono: number, cameraId: string = 'a', sequence: number = 1): Frame {
  return { cameraId, sequence, receivedAt: receivedMono, receivedMono, decodedMono: receivedMono, width: 4, height: 4, pixels: PIXELS };
}

export function spec(cameraId: string, over: Partial<SlotSpec> = {}): SlotSpec {
  return { cameraId, region: 'full', crop: null, maxLatencyMs: 500, weight: 1, ...over };
}

/** A slot that holds a frame which came at `receivedMono`. */
export function waitingSlot(ordinal: number, receivedMono: number, over: Partial<SlotSpec> = {}): Slot {
  const slot = new Slot(spec(`camera${ordinal}`, over), ordinal);
  slot.put(frameAt(receivedMono), receivedMono);
  return slot;
}
