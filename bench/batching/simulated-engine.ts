import type { Batch, BatchExecutor, BatchTiming } from '../../src/batching/batch.ts';
import { type CostCurve, drawInferenceMs, drawPreprocessMs, endOfWork, type Pause } from './cost-curve.ts';
import type { Random } from './random.ts';
import type { SimulationClock } from './simulation-clock.ts';

/** Hand-over and decision, ms a batch. */
export const OVERHEAD_MS = 1;

/** Preprocessing and an engine in simulated time: one batch is prepared at a time, one runs at a time. */
export class SimulatedEngine implements BatchExecutor {
  readonly #clock: SimulationClock;
  readonly #curve: CostCurve;
  readonly #pauses: readonly Pause[];
  readonly #random: Random;
  readonly #judged: (batch: Batch) => void;
  #preparedMs = 0;
  #freeMs = 0;
  busyMs: number = 0;

  constructor(clock: SimulationClock, curve: CostCurve, pauses: readonly Pause[], random: Random, judged: (batch: Batch) => void) {
    this.#clock = clock;
    this.#curve = curve;
    this.#pauses = pauses;
    this.#random = random;
    this.#judged = judged;
  }

  execute(batch: Batch): Promise<BatchTiming> {
    const preprocessMs = drawPreprocessMs(this.#curve, batch.entries.length, this.#random);
    this.#preparedMs = Math.max(this.#preparedMs, this.#clock.monotonicMs()) + preprocessMs;
    const startMs = Math.max(this.#freeMs, this.#preparedMs);
    this.#freeMs = endOfWork(startMs, drawInferenceMs(this.#curve, batch.paddedTo, this.#random), this.#pauses);
    const inferenceMs = this.#freeMs - startMs;
    this.busyMs += inferenceMs;
    return new Promise((resolve) => {
      this.#clock.at(this.#freeMs + OVERHEAD_MS, () => {
        this.#judged(batch);
        resolve({ preprocessMs, inferenceMs });
      });
    });
  }
}
