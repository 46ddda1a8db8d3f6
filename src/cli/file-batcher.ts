import path from 'node:path';
import type { Batch, BatchEntry } from '../batching/batch.ts';
import { BatchFiller, type FrameLane } from '../batching/batch-filler.ts';
import { CostModel } from '../batching/cost-model.ts';
import type { Outcome } from '../classify/frame-order.ts';
import type { Config } from '../config/config.ts';
import type { EngineInfo } from '../engine/engine.ts';
import { BatchRunner } from '../engine/process/batch-runner.ts';
import { EngineSupervisor } from '../engine/process/engine-supervisor.ts';
import type { Clock } from '../util/clock.ts';
import { builtEntryPoint } from '../util/entry-point.ts';
import { FramewatchError } from '../util/errors.ts';
import type { Closable } from '../util/lifecycle.ts';
import type { Logger } from '../util/logger.ts';

export interface FileBatcherOptions {
  readonly config: Pick<Config, 'model' | 'modelsDir' | 'stateDir' | 'engine' | 'batching'>;
  /** Pictures that are brought to the network's size at the same time. */
  readonly parallelPictures: number;
  readonly clock: Clock;
  readonly log: Logger;
  /** Once for each entry, in any order. `spentMs`: its share of the time since the batch before; all shares together are the time of the run. */
  readonly onOutcome: (entry: BatchEntry, outcome: Outcome, spentMs: number) => void;
  /** The engine is gone and did not come back in time: nothing will be judged any more. */
  readonly onGone: (reason: FramewatchError) => void;
}

/** So long a picture may wait for its verdict, ms; twice as long for an engine to come back. */
export const PATIENCE_MS = 60_000;
/** Nobody waits for a verdict, so an engine may be slow before it is called hung, ms. */
const LONGEST_BATCH_MS = 60_000;

/** The daemon's engine, with its preprocessing, behind batches that are filled from files. */
export class FileBatcher implements Closable {
  readonly #options: FileBatcherOptions;
  readonly #engine: EngineSupervisor;
  #filler: BatchFiller | null = null;
  #isClosed = false;
  #landedMono: number | null = null;
  #landed: Batch | null = null;
  #shareMs = 0;
  #networkMs = 0;

  constructor(options: FileBatcherOptions) {
    this.#options = options;
    const { model, modelsDir, stateDir, engine, batching } = options.config;
    this.#engine = new EngineSupervisor({
      entryPoint: builtEntryPoint(import.meta.url, path.join('..', 'engine', 'process', 'engine-main')),
      init: { model, modelsDir, stateDir, ...engine, batchSizes: batching.allowedBatchSizes, features: false },
      clock: options.clock,
      log: options.log,
      onAvailability: (change) => {
        if (change.available) this.#filler?.setLadder(change.info.batchSizes, change.info.costMs);
      },
      limits: { hang: LONGEST_BATCH_MS },
    });
  }

  /** Loads the network. Throws MODEL_* and ENGINE_*. */
  async start(): Promise<EngineInfo> {
    const { clock, log, parallelPictures, onOutcome } = this.#options;
    const info = await this.#engine.start();
    const costs = new CostModel(info.batchSizes, info.costMs);
    const runner = new BatchRunner({
      ...{ engine: this.#engine, clock, log, parallelPictures },
      onScores: ({ entry, probabilities, batch }) => onOutcome(entry, { probabilities }, this.#share(batch)),
      onDrop: (entry, reason) => {
        if (reason === 'engine' && !this.#engine.available && !this.#isClosed) this.#options.onGone(this.#engine.reason);
        onOutcome(entry, { dropped: reason }, 0);
      },
      onInference: ({ networkMs }) => {
        this.#networkMs += networkMs;
      },
      onLadder: (sizes) => this.#filler?.setLadder(sizes, this.#engine.info.costMs),
    });
    this.#filler = new BatchFiller({ executor: runner, costs, clock });
    if (this.#isClosed) this.#filler.stop();
    return info;
  }

  /** So long the network ran, ms. */
  get networkMs(): number {
    return this.#networkMs;
  }

  openLane(): FrameLane {
    this.#landedMono ??= this.#options.clock.monotonicMs();
    return this.#started().openLane();
  }

  /** No file follows. Resolves when the last batch is back. */
  finish(): Promise<void> {
    return this.#started().finish();
  }

  /** What waits is forgotten. Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#filler?.stop();
    await this.#engine.close();
  }

  #share(batch: Batch): number {
    if (batch !== this.#landed) {
      const nowMono = this.#options.clock.monotonicMs();
      this.#shareMs = (nowMono - (this.#landedMono ?? nowMono)) / batch.entries.length;
      this.#landed = batch;
      this.#landedMono = nowMono;
    }
    return this.#shareMs;
  }

  #started(): BatchFiller {
    if (!this.#filler) throw new FramewatchError('INTERNAL', 'a file was read before the engine was ready; please report this');
    return this.#filler;
  }
}
