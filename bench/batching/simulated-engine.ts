import type { Batch, BatchExecutor, BatchTiming } from '../../src/batching/batch.ts';
import type { Random } from './random.ts';
import type { SimulationClock } from './simulation-clock.ts';

/** What a machine costs: T(size) in ms without noise, and what disturbs it. */
export interface CostCurve {
  readonly name: string;
  readonly sizes: readonly number[];
  readonly inferenceMs: (size: number) => number;
  /** A picture, ms. */
  readonly preprocessMs: number;
  /** Relative deviation of each batch. */
  readonly noise: number;
  /** Share of batches that take five times as long. */
  readonly stallShare: number;
}

const STALL_FACTOR = 5;
/** Hand-over and decision, ms a batch. */
const OVERHEAD_MS = 1;

/** Preprocessing and an engine in simulated time: one batch is prepared at a time, one runs at a time. */
export class SimulatedEngine implements BatchExecutor {
  readonly #clock: SimulationClock;
  readonly #curve: CostCurve;
  readonly #random: Random;
  readonly #judged: (batch: Batch) => void;
  #preparedMs = 0;
  #freeMs = 0;
  #inFlight = 0;
  busyMs: number = 0;
  largestInFlight: number = 0;

  constructor(clock: SimulationClock, curve: CostCurve, random: Random, judged: (batch: Batch) => void) {
    this.#clock = clock;
    this.#curve = curve;
    this.#random = random;
    this.#judged = judged;
  }

  execute(batch: Batch): Promise<BatchTiming> {
    const preprocessMs = this.#disturbed(this.#curve.preprocessMs * batch.entries.length, 0);
    const inferenceMs = this.#disturbed(this.#curve.inferenceMs(batch.paddedTo), this.#curve.stallShare);
    this.#preparedMs = Math.max(this.#preparedMs, this.#clock.monotonicMs()) + preprocessMs;
    this.#freeMs = Math.max(this.#freeMs, this.#preparedMs) + inferenceMs;
    this.busyMs += inferenceMs;
    this.largestInFlight = Math.max(this.largestInFlight, ++this.#inFlight);
    return new Promise((resolve) => {
      this.#clock.at(this.#freeMs + OVERHEAD_MS, () => {
        this.#inFlight--;
        this.#judged(batch);
        resolve({ preprocessMs, inferenceMs });
      });
    });
  }

  #disturbed(ms: number, stallShare: number): number {
    const factor = Math.max(0.5, 1 + this.#curve.noise * this.#random.normal());
    return ms * factor * (this.#random.next() < stallShare ? STALL_FACTOR : 1);
  }
}

/** ms a batch as warm-up would measure it. */
export function warmUpCosts(curve: CostCurve): Record<number, number> {
  return Object.fromEntries(curve.sizes.map((size) => [size, curve.inferenceMs(size) * (1 + 1.6 * curve.noise)]));
}

/** The most pictures a second that the curve allows, noise and stalls included. */
export function bestRatePerSecond(curve: CostCurve): number {
  const best = Math.max(...curve.sizes.map((size) => size / Math.max(curve.inferenceMs(size), curve.preprocessMs * size)));
  return (1_000 * best) / (1 + (STALL_FACTOR - 1) * curve.stallShare);
}
