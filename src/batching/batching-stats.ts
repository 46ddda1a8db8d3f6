import type { Batch, FlushReason } from './batch.ts';

/** What the scheduler has done since it was built. */
export interface BatchingStats {
  readonly batches: number;
  readonly entries: number;
  /** Batches that the executor gave back as failed. */
  readonly failed: number;
  /** Batches by the number of pictures in them. */
  readonly bySize: Readonly<Record<number, number>>;
  readonly byReason: Readonly<Record<FlushReason, number>>;
}

/** What a watchdog wants to know: is there work, and does it move? Times are monotonic ms. */
export interface BatchingProgress {
  readonly waiting: number;
  readonly inFlight: number;
  /** When a batch last came back, judged or failed; null before the first. */
  readonly lastCompletedMono: number | null;
  readonly engineAvailable: boolean;
  /** More is asked than the engine can do. */
  readonly overloaded: boolean;
}

export class BatchTally {
  #batches = 0;
  #entries = 0;
  #failed = 0;
  readonly #bySize: Record<number, number> = {};
  readonly #byReason: Record<FlushReason, number> = { full: 0, deadline: 0, idle: 0, overload: 0, timeout: 0, drain: 0 };

  formed(batch: Batch): void {
    const size = batch.entries.length;
    this.#batches++;
    this.#entries += size;
    this.#bySize[size] = (this.#bySize[size] ?? 0) + 1;
    this.#byReason[batch.flushReason]++;
  }

  failed(): void {
    this.#failed++;
  }

  read(): BatchingStats {
    return { batches: this.#batches, entries: this.#entries, failed: this.#failed, bySize: { ...this.#bySize }, byReason: { ...this.#byReason } };
  }
}
