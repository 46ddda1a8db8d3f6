import type { BatchExecutor, BatchingObserver, OfferOutcome, SlotSpec } from '../../src/batching/batch.ts';
import type { Frame } from '../../src/stream/frame.ts';
import type { Clock } from '../../src/util/clock.ts';

/** What the simulation asks of whoever makes batches; the real scheduler fits. */
export interface Batcher {
  addSlot(spec: SlotSpec): void;
  offer(cameraId: string, region: string, frame: Frame): OfferOutcome;
  close(): Promise<void>;
}

export interface BatcherParts {
  readonly clock: Clock;
  readonly executor: BatchExecutor;
  readonly observer: BatchingObserver;
  /** Allowed sizes, and what warm-up measured of them. */
  readonly sizes: readonly number[];
  readonly warmUpMs: Readonly<Record<number, number>>;
  /** All that will be offered, by `offeredMs`: for those who are told. */
  readonly arrivals: readonly ToldArrival[];
}

export interface ToldArrival {
  readonly offeredMs: number;
  /** What is left of the bound then, ms. */
  readonly roomMs: number;
}
