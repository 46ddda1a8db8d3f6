import type { Frame } from '../stream/frame.ts';
import type { Clock } from '../util/clock.ts';
import type { Batch, BatchEntry, BatchExecutor, BatchingObserver, BatchTiming, DropReason, FlushReason, OfferOutcome, SlotSpec } from './batch.ts';
import { type BatchingProgress, type BatchingStats, BatchTally } from './batching-stats.ts';
import type { CostModel } from './cost-model.ts';
import { EngineForecast, type Flight } from './engine-forecast.ts';
import { FairTurns } from './fairness.ts';
import { LoadGauge } from './load-gauge.ts';
import type { BatchingPolicy, Decision, Hurry } from './policy.ts';
import type { Slot } from './slot.ts';
import { SlotRegistry } from './slot-registry.ts';
import { WaitingSlots } from './waiting-slots.ts';
import { TIMER_GRAIN_MS, WakeTimer } from './wake-timer.ts';

/** One batch runs, one is prepared: more would only age in a queue that nobody can reorder. */
const MAX_IN_FLIGHT = 2;
/** The next batch is formed so long before the engine is expected to want it, beside the time that preparing takes, ms. */
const PREPARE_SLACK_MS = 1;

export interface BatchSchedulerOptions {
  readonly clock: Clock;
  readonly policy: BatchingPolicy;
  readonly costs: CostModel;
  readonly executor: BatchExecutor;
  readonly observer: BatchingObserver;
  /** Batches handed over at a time, ≥ 1; 2 unless said otherwise. */
  readonly maxInFlight?: number;
}

/**
 * Frames of all cameras → batches. Newest frame wins in each slot; at most two batches are handed over, the second as late as
 * the engine allows, so that its frames are the newest and their order is right. Every frame that `offer` accepts ends exactly once:
 * in a batch, or in `observer.frameDropped` with a reason. It owns one timer. Nothing here throws for load, only for wrong use.
 *
 * Nobody waits for ever while others are served. In the service order of deadlines, a slot that keeps offering frames starves once its first
 * unserved frame is past its bound and older than a second; then it goes before all, so that it is served within one round: one frame of
 * every slot, behind two batches in flight. A slot that meets overload on the way waits one fair turn longer: Σ weights / its weight, in
 * verdicts, and one for every slot. In order of arrival it is one round (and the policy's delay) from its first unserved frame.
 */
export class BatchScheduler {
  readonly #clock: Clock;
  readonly #policy: BatchingPolicy;
  readonly #costs: CostModel;
  readonly #executor: BatchExecutor;
  readonly #observer: BatchingObserver;
  readonly #maxInFlight: number;
  readonly #slots = new SlotRegistry();
  readonly #waiting: WaitingSlots;
  readonly #turns = new FairTurns();
  readonly #load = new LoadGauge();
  readonly #tally = new BatchTally();
  readonly #engine: EngineForecast;
  readonly #timer: WakeTimer;
  #available = true;
  #closing: Deferred | null = null;
  #closed = false;
  #turnQueued = false;
  /** Nothing is formed before this moment, ms: the engine is busy, and the batch planned when `#plannedFor` slots waited is ready in time from then on. */
  #restUntilMono = Number.NEGATIVE_INFINITY;
  #plannedFor = 0;
  #hurries: readonly Hurry[] = [];
  #hurriesStale = false;
  #lastCompletedMono: number | null = null;
  #batchIds = 0;

  constructor(options: BatchSchedulerOptions) {
    this.#clock = options.clock;
    this.#policy = options.policy;
    this.#costs = options.costs;
    this.#executor = options.executor;
    this.#observer = options.observer;
    this.#maxInFlight = Math.max(1, options.maxInFlight ?? MAX_IN_FLIGHT);
    this.#waiting = new WaitingSlots(options.policy.order);
    this.#engine = new EngineForecast(options.costs);
    this.#timer = new WakeTimer(options.clock, () => this.#takeTurn());
  }

  /** A camera × region that exists already is replaced: its waiting frame is dropped as `shutdown`. */
  addSlot(spec: SlotSpec): void {
    this.removeSlot(spec.cameraId, spec.region);
    this.#turns.join(this.#slots.add(spec));
    this.#hurriesStale = true;
  }

  /** Without `region`: all of the camera. A waiting frame is dropped as `shutdown`; one in flight ends as usual. */
  removeSlot(cameraId: string, region?: string): void {
    for (const slot of this.#slots.of(cameraId, region)) {
      this.#drop(slot, 'shutdown');
      this.#slots.remove(slot);
      this.#turns.leave(slot);
    }
    this.#hurriesStale = true;
  }

  /**
   * Takes `frame` for a verdict. `accepted`: it waits; `superseded`: it waits, in place of an older one that was dropped;
   * `closed` and `unknownSlot`: it was not taken, and is the caller's to count.
   */
  offer(cameraId: string, region: string, frame: Frame): OfferOutcome {
    if (this.#closing !== null) return 'closed';
    const slot = this.#slots.get(cameraId, region);
    if (slot === undefined) return 'unknownSlot';
    const nowMono = this.#clock.monotonicMs();
    const replaced = slot.put(frame, nowMono);
    this.#load.offered();
    if (replaced !== null) {
      this.#load.lost();
      this.#waiting.renew(slot);
      this.#observer.frameDropped(replaced, 'superseded');
      return 'superseded';
    }
    this.#turns.enter(slot);
    this.#waiting.add(slot);
    if (this.#engine.inFlight < this.#maxInFlight && this.#mayChangeDecision(nowMono)) this.#queueTurn();
    return 'accepted';
  }

  /** While the engine is away nothing is formed; frames wait in their slots, the newest wins. */
  engineAvailable(available: boolean): void {
    this.#available = available;
    this.#queueTurn();
  }

  /** The engine was exchanged, or lost its top rung. */
  setLadder(sizes: readonly number[], costMs: Readonly<Record<number, number>>): void {
    this.#costs.setLadder(sizes, costMs);
    this.#hurriesStale = true;
    this.#restUntilMono = Number.NEGATIVE_INFINITY;
    this.#queueTurn();
  }

  get progress(): BatchingProgress {
    return {
      waiting: this.#waiting.size,
      inFlight: this.#engine.inFlight,
      lastCompletedMono: this.#lastCompletedMono,
      engineAvailable: this.#available,
      overloaded: this.#load.overloaded,
    };
  }

  get stats(): BatchingStats {
    return this.#tally.read();
  }

  /**
   * Takes nothing more, runs what waits (`drain`), and resolves when the last batch is back. What cannot run, because the engine is away
   * or `hurry` aborts, is dropped as `shutdown`; after `hurry` it does not wait for batches in flight either. Idempotent.
   */
  close(hurry?: AbortSignal): Promise<void> {
    this.#closing ??= deferred();
    hurry?.addEventListener('abort', () => this.#finish(), { once: true });
    if (hurry?.aborted === true) this.#finish();
    this.#restUntilMono = Number.NEGATIVE_INFINITY;
    this.#queueTurn();
    return this.#closing.promise;
  }

  /** One more frame matters once the time for preparing has come, or when twice as many wait as were planned for: a larger batch is prepared earlier. */
  #mayChangeDecision(nowMono: number): boolean {
    return nowMono >= this.#restUntilMono || this.#waiting.size >= 2 * this.#plannedFor;
  }

  /** Decides once for all frames that were offered in one go: the regions of a picture, or many cameras on one tick. */
  #queueTurn(): void {
    if (this.#turnQueued || this.#closed) return;
    this.#turnQueued = true;
    queueMicrotask(() => {
      this.#turnQueued = false;
      this.#takeTurn();
    });
  }

  #takeTurn(): void {
    if (this.#closed) return;
    this.#review(this.#clock.monotonicMs());
    while (this.#available && this.#waiting.size > 0 && this.#engine.inFlight < this.#maxInFlight) {
      const nowMono = this.#clock.monotonicMs();
      const decision = this.#decide(nowMono);
      this.#plannedFor = this.#waiting.size;
      this.#restUntilMono = this.#prepareMono(decision.action === 'flush' ? decision.count : this.#waiting.size, nowMono);
      if (this.#restUntilMono - nowMono >= TIMER_GRAIN_MS) {
        this.#timer.notAfter(this.#restUntilMono, nowMono);
        return;
      }
      if (decision.action === 'wait') {
        this.#timer.notAfter(decision.untilMono, nowMono);
        return;
      }
      this.#form(decision, nowMono);
    }
    if (this.#closing !== null && !this.#available) for (const slot of this.#slots) this.#drop(slot, 'shutdown');
    if (this.#closing !== null && this.#waiting.size === 0 && this.#engine.inFlight === 0) this.#finish();
  }

  /** From when on a batch of `count` should be formed: at once for an idle engine, else just in time to be ready when it is free. */
  #prepareMono(count: number, nowMono: number): number {
    if (this.#engine.inFlight === 0 || this.#closing !== null) return nowMono;
    return this.#engine.soonestFreeMono(nowMono) - this.#costs.preprocessMs(count) - PREPARE_SLACK_MS;
  }

  #decide(nowMono: number): Decision {
    if (this.#closing !== null) {
      return { action: 'flush', count: Math.min(this.#waiting.size, this.#costs.bestThroughputSize), by: 'order', reason: 'drain' };
    }
    return this.#policy.decide({
      nowMono,
      due: this.#waiting.due,
      waiting: this.#waiting.all,
      engineFreeMono: this.#engine.freeMono(nowMono),
      costs: this.#costs,
      framesPerMs: this.#load.framesPerMs,
      overloaded: this.#load.overloaded,
      hurries: this.#hurries,
      slots: this.#slots,
      slotCount: this.#slots.size,
    });
  }

  #form({ count, by, reason }: Decision & { action: 'flush' }, nowMono: number): void {
    const expired = (entry: BatchEntry) => {
      this.#load.lost();
      this.#observer.frameDropped(entry, 'expired');
    };
    const most = Math.max(1, Math.min(count, this.#costs.largestSize));
    const startMono = Math.max(this.#engine.freeMono(nowMono), nowMono + this.#costs.preprocessMs(most));
    const endMono = startMono + this.#costs.typicalMs(this.#costs.sizeFor(most));
    const slots = by === 'turn' ? this.#waiting.takeByTurn(most, nowMono, expired) : this.#waiting.takeInOrder(most, nowMono, endMono, expired);
    if (slots.length === 0) return;
    this.#turns.serve(slots, by === 'turn' && this.#waiting.size > 0);
    this.#hand(
      slots.map((slot) => slot.take()).filter((entry) => entry !== null),
      reason,
      nowMono,
    );
  }

  #hand(entries: readonly BatchEntry[], flushReason: FlushReason, formedMono: number): void {
    const batch: Batch = { id: ++this.#batchIds, entries, paddedTo: this.#costs.sizeFor(entries.length), formedMono, flushReason };
    const flight = this.#engine.hand(batch.paddedTo, entries.length, formedMono);
    this.#tally.formed(batch);
    this.#observer.batchFormed(batch);
    const landed = (timing: BatchTiming | 'failed') => this.#land(flight, timing);
    try {
      this.#executor.execute(batch).then(landed, () => landed('failed'));
    } catch {
      queueMicrotask(() => landed('failed'));
    }
  }

  #land(flight: Flight, timing: BatchTiming | 'failed'): void {
    const nowMono = this.#clock.monotonicMs();
    this.#engine.complete(flight, nowMono);
    this.#lastCompletedMono = nowMono;
    if (timing === 'failed') {
      this.#tally.failed();
      this.#costs.failed(flight.paddedTo);
    } else {
      this.#costs.observe(flight.paddedTo, flight.count, timing.inferenceMs, timing.preprocessMs);
      if (flight.alone) this.#costs.observeOverhead(nowMono - flight.handedMono - timing.preprocessMs - timing.inferenceMs);
    }
    this.#restUntilMono = Number.NEGATIVE_INFINITY;
    this.#takeTurn();
  }

  #drop(slot: Slot, reason: DropReason): void {
    const entry = slot.take();
    if (entry === null) return;
    this.#waiting.remove(slot);
    this.#observer.frameDropped(entry, reason);
  }

  #review(nowMono: number): void {
    if (!this.#load.review(nowMono, this.#engine.busyMs(nowMono), this.#costs.bestRatePerMs) && !this.#hurriesStale) return;
    this.#hurriesStale = false;
    this.#hurries = this.#slots.hurries(this.#costs.smallestFeasibleBoundMs);
  }

  #finish(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#timer.cancel();
    for (const slot of this.#slots) this.#drop(slot, 'shutdown');
    this.#closing?.resolve();
  }
}

interface Deferred {
  readonly promise: Promise<void>;
  resolve(): void;
}

function deferred(): Deferred {
  let settle = (): void => undefined;
  const promise = new Promise<void>((resolve) => {
    settle = resolve;
  });
  return { promise, resolve: () => settle() };
}
