import type { BatchCosts } from '../batching/smallest-bound.ts';
import type { Config } from '../config/config.ts';
import { costFileOf, saveCosts } from '../engine/costs/cost-file.ts';
import { askedEngine, type CostRecord, costRecord } from '../engine/costs/cost-record.ts';
import type { EngineInfo } from '../engine/engine.ts';
import { type Clock, isoTime } from '../util/clock.ts';
import type { Logger } from '../util/logger.ts';
import { machineName } from '../util/machine.ts';

export interface CostMemoryParts {
  readonly config: Pick<Config, 'stateDir' | 'engine' | 'batching'>;
  readonly engine: { readonly info: EngineInfo };
  /** As in `CostRecord`: what there was when the engine started. */
  readonly int8: string | null;
  /** Null until the engine is warm. */
  readonly batcher: () => { readonly costs: BatchCosts; readonly scheduler: { readonly stats: { readonly batches: number } } } | null;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Keeps what batches cost for `framewatch check`, which runs without a daemon. It is a hint: a disk that does not take it disturbs nothing. */
export class CostMemory {
  readonly #parts: CostMemoryParts;
  #saving: Promise<void> = Promise.resolve();
  #batchesSaved = 0;
  #complained = false;

  constructor(parts: CostMemoryParts) {
    this.#parts = parts;
  }

  /** An engine is ready: what its warm-up measured replaces what was known. Resolves when it is on disk, or was given up. */
  engineReady(): Promise<void> {
    return this.#save('warmUp');
  }

  /** What the batches since have shown, if there were any. */
  update(): Promise<void> {
    const batches = this.#parts.batcher()?.scheduler.stats.batches ?? 0;
    return batches === this.#batchesSaved ? this.#saving : this.#save('running');
  }

  /** One after the other: each reads what the one before wrote. Never rejects. */
  #save(from: CostRecord['from']): Promise<void> {
    const { config, engine, int8, batcher, clock, logger } = this.#parts;
    const running = batcher();
    if (running === null) return this.#saving;
    this.#batchesSaved = running.scheduler.stats.batches;
    const { info } = engine;
    const asked = askedEngine(config.engine, config.batching.allowedBatchSizes);
    const record = costRecord({ machine: machineName(), asked, sha256: info.sha256, int8 }, info, running.costs, from, isoTime(clock.wallMs()));
    this.#saving = this.#saving.then(async () => {
      try {
        await saveCosts(costFileOf(config.stateDir), record);
        this.#complained = false;
      } catch (error) {
        if (!this.#complained) logger.warn({ err: error }, 'what batches cost could not be kept for framewatch check');
        this.#complained = true;
      }
    });
    return this.#saving;
  }
}
