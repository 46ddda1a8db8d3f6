import type { Batch, BatchEntry, OfferOutcome, SlotSpec } from '../../src/batching/batch.ts';
import type { Frame } from '../../src/stream/frame.ts';
import type { Batcher, BatcherParts } from './batcher.ts';

/** Frames that may wait; what comes then is turned away (`overload`), as a full message queue does. */
const QUEUE_LIMIT = 1_000;
const MAX_IN_FLIGHT = 2;

/** What most people build first: one queue for all frames, no slots, whatever waits goes next. For comparison only. */
export class FirstInFirstOut implements Batcher {
  readonly #parts: BatcherParts;
  readonly #specs = new Map<string, SlotSpec>();
  readonly #queue: BatchEntry[] = [];
  #inFlight = 0;
  #batches = 0;
  #queued = false;
  #closed: (() => void) | null = null;

  constructor(parts: BatcherParts) {
    this.#parts = parts;
  }

  addSlot(spec: SlotSpec): void {
    this.#specs.set(spec.cameraId, spec);
  }

  offer(cameraId: string, _region: string, frame: Frame): OfferOutcome {
    const slot = this.#specs.get(cameraId);
    if (slot === undefined) return 'unknownSlot';
    const entry = { slot, frame, unservedSince: frame.receivedMono, deadlineMono: frame.receivedMono + slot.maxLatencyMs };
    if (this.#queue.length >= QUEUE_LIMIT) {
      this.#parts.observer.frameDropped(entry, 'overload');
      return 'accepted';
    }
    this.#queue.push(entry);
    this.#run();
    return 'accepted';
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#closed = resolve;
      this.#run();
    });
  }

  #run(): void {
    if (this.#queued) return;
    this.#queued = true;
    queueMicrotask(() => {
      this.#queued = false;
      while (this.#mayStart()) this.#start();
      if (this.#inFlight === 0 && this.#queue.length === 0) this.#closed?.();
    });
  }

  /** An idle engine takes what there is; beside a running batch only a full one is prepared. */
  #mayStart(): boolean {
    const waiting = this.#queue.length;
    return this.#inFlight === 0 ? waiting > 0 : this.#inFlight < MAX_IN_FLIGHT && waiting >= Math.max(...this.#parts.sizes);
  }

  #start(): void {
    const { sizes, clock, executor, observer } = this.#parts;
    const largest = Math.max(...sizes);
    const entries = this.#queue.splice(0, largest);
    const paddedTo = sizes.find((size) => size >= entries.length) ?? largest;
    const batch: Batch = { id: ++this.#batches, entries, paddedTo, formedMono: clock.monotonicMs(), flushReason: 'idle' };
    this.#inFlight++;
    observer.batchFormed(batch);
    void executor.execute(batch).then(() => {
      this.#inFlight--;
      this.#run();
    });
  }
}
