import { SimulationClock } from '../../../bench/batching/simulation-clock.ts';
import type { Batch, BatchEntry, BatchTiming, DropReason, OfferOutcome, SlotSpec } from '../../../src/batching/batch.ts';
import { CostModel } from '../../../src/batching/cost-model.ts';
import type { BatchingPolicy } from '../../../src/batching/policy.ts';
import { BatchScheduler } from '../../../src/batching/scheduler.ts';
import type { Frame } from '../../../src/stream/frame.ts';
import type { Clock } from '../../../src/util/clock.ts';
import { frameAt, spec } from '../../batching/frames.ts';

/** What an engine costs in truth, ms. */
export interface Machine {
  readonly costMs: Readonly<Record<number, number>>;
  /** A picture. */
  readonly preprocessMs: number;
  /** A batch. */
  readonly overheadMs: number;
}

/** What becomes of a batch: five times as slow, given back as failed, against the executor's contract, or nothing until `World.releaseAll`. */
export type BatchFate = 'well' | 'stall' | 'failed' | 'reject' | 'throw' | 'hang';

/** Since when a slot waits: the frame that met it empty. */
export interface Wait {
  readonly offeredMono: number;
  readonly arrivedMono: number;
}

export interface PlayedBatch extends Batch {
  /** In the order of `entries`. */
  readonly waits: readonly Wait[];
  /** The allowed sizes when it was formed. */
  readonly ladder: readonly number[];
  /** Entries of slots that were gone by then. */
  readonly strangers: number;
  /** Frames that had been offered by then. */
  readonly offersBefore: number;
  /** Since when nothing had been in flight; null when something was. */
  readonly idleSinceMono: number | null;
  /** When it came back; Infinity while it has not. */
  endMono: number;
}

/** Moments are those of the scheduler's clock. */
export interface Drop {
  readonly entry: BatchEntry;
  readonly reason: DropReason;
  readonly atMono: number;
}

export interface Offer {
  readonly frame: Frame;
  readonly region: string;
  readonly atMono: number;
  readonly outcome: OfferOutcome;
  /** What was dropped for it. */
  readonly dropped: readonly Drop[];
}

export interface WorldOptions {
  readonly machine: Machine;
  readonly policy: BatchingPolicy;
  readonly slots: readonly SlotSpec[];
  /** In turn, round and round; all is well unless said otherwise. */
  readonly fates?: readonly BatchFate[];
  /** What the scheduler takes for its clock; the simulated one unless said otherwise. */
  readonly clockOf?: (simulated: SimulationClock) => Clock;
}

/** The scheduler with an engine in simulated time, and the record of everything that became of frames and batches. */
export class World {
  readonly clock: SimulationClock = new SimulationClock();
  readonly costs: CostModel;
  readonly scheduler: BatchScheduler;
  readonly batches: PlayedBatch[] = [];
  readonly drops: Drop[] = [];
  readonly offers: Offer[] = [];
  /** How often each frame ended, by its sequence. */
  readonly ends: Map<number, number> = new Map();
  largestInFlight: number = 0;
  largestWaiting: number = 0;
  readonly #machine: Machine;
  readonly #schedulersClock: Clock;
  readonly #fates: readonly BatchFate[];
  /** By camera and region; of slots that are empty now, too. */
  readonly #waits = new Map<string, Wait>();
  readonly #slots = new Set<SlotSpec>();
  readonly #hung: Array<() => void> = [];
  #ladder: readonly number[];
  #inFlight = 0;
  #preparedMono = 0;
  #freeMono = 0;
  #idleSinceMono = 0;

  constructor({ machine, policy, slots, fates = ['well'], clockOf = (simulated) => simulated }: WorldOptions) {
    this.#machine = machine;
    this.#fates = fates;
    this.#schedulersClock = clockOf(this.clock);
    this.#ladder = sizesOf(machine.costMs);
    this.costs = informedCosts(machine);
    this.scheduler = new BatchScheduler({
      clock: this.#schedulersClock,
      policy,
      costs: this.costs,
      executor: { execute: (batch) => this.#execute(batch) },
      observer: {
        batchFormed: () => undefined,
        frameDropped: (entry, reason) => {
          this.drops.push({ entry, reason, atMono: this.#schedulersClock.monotonicMs() });
          this.#ended(entry);
        },
      },
    });
    for (const slot of slots) this.addSlot(slot);
  }

  get nowMono(): number {
    return this.clock.monotonicMs();
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  addSlot(slot: SlotSpec): void {
    this.#forget(slot.cameraId, slot.region);
    this.#slots.add(slot);
    this.scheduler.addSlot(slot);
  }

  removeSlot(cameraId: string, region?: string): void {
    this.#forget(cameraId, region);
    this.scheduler.removeSlot(cameraId, region);
  }

  /** Offers a frame that came `ageMs` ago; every frame of a world has a sequence of its own. */
  offer(cameraId: string, ageMs: number = 0, region: string = 'full'): OfferOutcome {
    const frame = frameAt(this.nowMono - ageMs, cameraId, this.offers.length + 1);
    const dropsBefore = this.drops.length;
    const outcome = this.scheduler.offer(cameraId, region, frame);
    if (outcome === 'accepted') this.#waits.set(`${cameraId}/${region}`, { offeredMono: this.nowMono, arrivedMono: frame.receivedMono });
    this.offers.push({ frame, region, outcome, atMono: this.#schedulersClock.monotonicMs(), dropped: this.drops.slice(dropsBefore) });
    this.largestWaiting = Math.max(this.largestWaiting, this.scheduler.progress.waiting);
    return outcome;
  }

  /** A camera that offers a frame every `periodMs` from now on, `times` times. */
  stream(cameraId: string, periodMs: number, times: number, ageMs: number = 0): void {
    if (times <= 0) return;
    this.offer(cameraId, ageMs);
    this.clock.at(this.nowMono + periodMs, () => this.stream(cameraId, periodMs, times - 1, ageMs));
  }

  setLadder(sizes: readonly number[]): void {
    this.#ladder = sizes;
    this.scheduler.setLadder(sizes, this.#machine.costMs);
  }

  /** Batches that hang come back as failed: their engine was killed. */
  releaseAll(): void {
    for (const release of this.#hung.splice(0)) release();
  }

  #execute(batch: Batch): Promise<BatchTiming | 'failed'> {
    const fate = this.#fates[batch.id % this.#fates.length] ?? 'well';
    const played: PlayedBatch = {
      ...batch,
      waits: batch.entries.map(
        ({ slot }) => this.#waits.get(`${slot.cameraId}/${slot.region}`) ?? { offeredMono: Number.NaN, arrivedMono: Number.NaN },
      ),
      ladder: this.#ladder,
      strangers: batch.entries.filter(({ slot }) => !this.#slots.has(slot)).length,
      offersBefore: this.offers.length,
      idleSinceMono: this.#inFlight === 0 ? this.#idleSinceMono : null,
      endMono: Number.POSITIVE_INFINITY,
    };
    this.batches.push(played);
    for (const entry of batch.entries) this.#ended(entry);
    if (fate === 'throw') throw new Error('an executor must not throw');
    this.largestInFlight = Math.max(this.largestInFlight, ++this.#inFlight);
    return new Promise((resolve, reject) => {
      const land = (timing: BatchTiming | 'failed') => {
        if (--this.#inFlight === 0) this.#idleSinceMono = this.nowMono;
        played.endMono = this.nowMono;
        if (fate === 'reject') reject(new Error('an executor must not reject'));
        else resolve(timing);
      };
      if (fate === 'hang') this.#hung.push(() => land('failed'));
      else {
        const timing = this.#run(batch, fate === 'stall' ? 5 : 1);
        this.clock.at(this.#freeMono + this.#machine.overheadMs, () => land(fate === 'failed' ? 'failed' : timing));
      }
    });
  }

  /** One batch is prepared at a time, one runs at a time. */
  #run(batch: Batch, slowness: number): BatchTiming {
    const preprocessMs = this.#machine.preprocessMs * batch.entries.length;
    const inferenceMs = (this.#machine.costMs[batch.paddedTo] ?? 1) * slowness;
    this.#preparedMono = Math.max(this.#preparedMono, this.nowMono) + preprocessMs;
    this.#freeMono = Math.max(this.#freeMono, this.#preparedMono) + inferenceMs;
    return { preprocessMs, inferenceMs };
  }

  #forget(cameraId: string, region: string | undefined): void {
    for (const slot of this.#slots) {
      if (slot.cameraId === cameraId && (region === undefined || slot.region === region)) this.#slots.delete(slot);
    }
  }

  #ended({ frame }: BatchEntry): void {
    this.ends.set(frame.sequence, (this.ends.get(frame.sequence) ?? 0) + 1);
  }
}

/** Cameras `c0`, `c1` … with these bounds and weights. */
export function cameras(slots: ReadonlyArray<Partial<SlotSpec>>): SlotSpec[] {
  return slots.map((over, index) => spec(`c${index}`, over));
}

export function sizesOf(costMs: Readonly<Record<number, number>>): number[] {
  return Object.keys(costMs)
    .map(Number)
    .sort((a, b) => a - b);
}

/** A batch of `count` pictures from hand-over to end on an idle engine, ms. */
export function costOf({ costMs, preprocessMs, overheadMs }: Machine, count: number): number {
  const size = sizesOf(costMs).find((each) => each >= count) ?? Number.NaN;
  return preprocessMs * count + (costMs[size] ?? Number.NaN) + overheadMs;
}

/** A cost model that has seen the machine for long enough to know it exactly. */
function informedCosts({ costMs, preprocessMs, overheadMs }: Machine): CostModel {
  const sizes = sizesOf(costMs);
  const costs = new CostModel(sizes, costMs);
  for (let batch = 0; batch < 60; batch++) {
    for (const size of sizes) costs.observe(size, size, costMs[size] ?? 1, preprocessMs * size);
    costs.observeOverhead(overheadMs);
  }
  return costs;
}
