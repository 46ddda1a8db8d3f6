import type { Frame } from '../stream/frame.ts';

/** Part of the picture: x, y, width, height as fractions 0…1 of the frame. */
export type CropBox = readonly [x: number, y: number, width: number, height: number];

/** A camera × region that asks for verdicts: it owns one slot in the batcher. */
export interface SlotSpec {
  readonly cameraId: string;
  readonly region: string;
  /** `null` is the whole picture. */
  readonly crop: CropBox | null;
  /** From the frame's true arrival until its result is decided, ms; > 0. */
  readonly maxLatencyMs: number;
  /** Share under overload, relative to the other slots; > 0. */
  readonly weight: number;
}

/** One picture waiting for, or on its way through, the network. */
export interface BatchEntry {
  readonly slot: SlotSpec;
  readonly frame: Frame;
  /** When the slot began to wait for a verdict (monotonic ms): not moved by newer frames that replace older ones. */
  readonly unservedSince: number;
  /** `unservedSince + maxLatencyMs`, monotonic ms. */
  readonly deadlineMono: number;
}

/** Why a batch started when it did. */
export type FlushReason = 'full' | 'deadline' | 'idle' | 'overload' | 'timeout' | 'drain';

export interface Batch {
  /** Rises by one a batch. */
  readonly id: number;
  readonly entries: readonly BatchEntry[];
  /** The allowed size it runs at: the smallest that holds `entries`. */
  readonly paddedTo: number;
  readonly formedMono: number;
  readonly flushReason: FlushReason;
}

/** Why a frame got no verdict. */
export type DropReason = 'superseded' | 'expired' | 'motion' | 'overload' | 'invalid' | 'shutdown' | 'engine';

export type OfferOutcome = 'accepted' | 'superseded' | 'closed' | 'unknownSlot';

/** What the scheduler learns of a batch that has run. Times are durations in ms. */
export interface BatchTiming {
  readonly preprocessMs: number;
  readonly inferenceMs: number;
}

/**
 * Where batches go: preprocessing, then the engine. At most two are handed over at a time: one runs, the next is prepared.
 * Resolves when the scores were delivered; rejects never (a failed batch is the executor's to count and report).
 */
export interface BatchExecutor {
  execute(batch: Batch): Promise<BatchTiming | 'failed'>;
}

/** What the scheduler tells of itself; implemented by telemetry. */
export interface BatchingObserver {
  frameDropped(entry: BatchEntry, reason: DropReason): void;
  batchFormed(batch: Batch): void;
}
