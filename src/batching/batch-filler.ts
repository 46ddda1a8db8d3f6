import type { Frame } from '../stream/frame.ts';
import type { Clock } from '../util/clock.ts';
import type { Batch, BatchEntry, BatchExecutor, BatchTiming, SlotSpec } from './batch.ts';
import type { CostModel } from './cost-model.ts';

/** One runs, one is prepared. */
const MAX_IN_FLIGHT = 2;

export interface BatchFillerOptions {
  readonly executor: BatchExecutor;
  readonly costs: CostModel;
  readonly clock: Clock;
}

/** Where the frames of one recording come in. */
export interface FrameLane {
  /**
   * Takes a frame for a verdict in each of `slots`. Resolves when there is room for the next one: who waits for that is held up by a slow engine.
   * One `put` at a time.
   */
  put(frame: Frame, slots: readonly SlotSpec[]): Promise<void>;
  /** No frame follows. */
  end(): void;
}

/**
 * Frames of recordings → batches. Nobody waits for a verdict and no frame may be lost, so unlike the scheduler of cameras it fills batches of the size with the best
 * throughput, from all lanes together, those opened first going first; and instead of dropping a frame it makes its lane wait. Memory: a lane holds as many
 * entries as the largest batch. A batch that is not full runs only when nothing can fill it: the lanes have ended or are full themselves.
 */
export class BatchFiller {
  readonly #options: BatchFillerOptions;
  /** In the order of their opening; those that have ended leave when they are empty. */
  readonly #lanes = new Set<Lane>();
  #inFlight = 0;
  #batchIds = 0;
  #finishing = false;
  #stopped = false;
  #finished: () => void = () => undefined;

  constructor(options: BatchFillerOptions) {
    this.#options = options;
  }

  openLane(): FrameLane {
    const lane = new Lane(
      () => this.#options.costs.largestSize,
      () => this.#fill(),
    );
    if (this.#stopped) lane.abandon();
    else this.#lanes.add(lane);
    return {
      put: (frame, slots) => lane.put(this.#entries(frame, slots)),
      end: () => lane.end(),
    };
  }

  /** No lane will be opened any more. Resolves when the last batch is back, or when it was stopped; called once. */
  finish(): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    return new Promise((resolve) => {
      this.#finished = resolve;
      this.#finishing = true;
      this.#fill();
    });
  }

  /** Forgets what waits and forms nothing more; whoever waits in `put` or `finish` goes on. Idempotent. */
  stop(): void {
    this.#stopped = true;
    for (const lane of this.#lanes) lane.abandon();
    this.#lanes.clear();
    this.#finished();
  }

  /** The engine was exchanged, or lost its top rung. */
  setLadder(sizes: readonly number[], costMs: Readonly<Record<number, number>>): void {
    this.#options.costs.setLadder(sizes, costMs);
    this.#fill();
  }

  #entries(frame: Frame, slots: readonly SlotSpec[]): readonly BatchEntry[] {
    const nowMono = this.#options.clock.monotonicMs();
    return slots.map((slot) => ({ slot, frame, unservedSince: nowMono, deadlineMono: nowMono + slot.maxLatencyMs }));
  }

  #fill(): void {
    this.#forgetEmpty();
    while (!this.#stopped && this.#inFlight < MAX_IN_FLIGHT) {
      const { costs } = this.#options;
      const size = costs.trialSize(costs.largestSize) ?? costs.bestThroughputSize;
      const waiting = [...this.#lanes].reduce((sum, lane) => sum + lane.waiting, 0);
      if (waiting === 0 || (waiting < size && !this.#cannotFill())) break;
      this.#hand(this.#take(Math.min(size, waiting)), waiting >= size ? 'full' : 'drain');
    }
    if (this.#finishing && this.#inFlight === 0 && this.#lanes.size === 0) this.#finished();
  }

  /** Nothing more can come before a batch is back; or the engine stands still while the end of a recording waits for its verdicts. */
  #cannotFill(): boolean {
    const lanes = [...this.#lanes];
    if (this.#inFlight === 0 && lanes.some((lane) => lane.hasEnded)) return true;
    return lanes.every((lane) => lane.hasEnded || lane.isFull) && (this.#finishing || lanes.some((lane) => !lane.hasEnded));
  }

  #take(count: number): readonly BatchEntry[] {
    const entries: BatchEntry[] = [];
    for (const lane of this.#lanes) entries.push(...lane.take(count - entries.length));
    this.#forgetEmpty();
    return entries;
  }

  #forgetEmpty(): void {
    for (const lane of this.#lanes) if (lane.hasEnded && lane.waiting === 0) this.#lanes.delete(lane);
  }

  #hand(entries: readonly BatchEntry[], flushReason: Batch['flushReason']): void {
    const { executor, costs, clock } = this.#options;
    const batch: Batch = { id: ++this.#batchIds, entries, paddedTo: costs.sizeFor(entries.length), formedMono: clock.monotonicMs(), flushReason };
    this.#inFlight += 1;
    executor.execute(batch).then(
      (timing) => this.#land(batch, timing),
      () => this.#land(batch, 'failed'),
    );
  }

  #land({ paddedTo, entries }: Batch, timing: BatchTiming | 'failed'): void {
    const { costs } = this.#options;
    this.#inFlight -= 1;
    if (timing === 'failed') costs.failed(paddedTo);
    else costs.observe(paddedTo, entries.length, timing.inferenceMs, timing.preprocessMs);
    this.#fill();
  }
}

class Lane {
  readonly #capacity: () => number;
  readonly #changed: () => void;
  readonly #entries: BatchEntry[] = [];
  #hasEnded = false;
  #isAbandoned = false;
  #roomMade: () => void = () => undefined;

  constructor(capacity: () => number, changed: () => void) {
    this.#capacity = capacity;
    this.#changed = changed;
  }

  get waiting(): number {
    return this.#entries.length;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  get isFull(): boolean {
    return this.#entries.length >= this.#capacity();
  }

  async put(entries: readonly BatchEntry[]): Promise<void> {
    if (this.#isAbandoned) return;
    this.#entries.push(...entries);
    this.#changed();
    const mustWait = () => this.isFull && !this.#isAbandoned;
    while (mustWait())
      await new Promise<void>((resolve) => {
        this.#roomMade = resolve;
      });
  }

  end(): void {
    this.#hasEnded = true;
    this.#changed();
  }

  abandon(): void {
    this.#isAbandoned = true;
    this.#entries.length = 0;
    this.#roomMade();
  }

  take(most: number): readonly BatchEntry[] {
    const taken = this.#entries.splice(0, most);
    if (taken.length > 0) this.#roomMade();
    return taken;
  }
}
