import type { Batch, BatchEntry, BatchExecutor, BatchTiming, DropReason } from '../../batching/batch.ts';
import type { Clock } from '../../util/clock.ts';
import { hasCode, messageOf } from '../../util/errors.ts';
import type { Logger } from '../../util/logger.ts';
import type { EngineInfo, EngineOutput } from '../engine.ts';
import { type PreparedPictures, preprocess } from '../preprocess.ts';
import type { BatchOutcomes, RecoveringEngine } from './batch-outcome.ts';
import { gather, halves, ladderBelow, portions, sizeFor } from './batch-rows.ts';
import { BufferPool } from './buffer-pool.ts';

export interface BatchRunnerOptions extends BatchOutcomes {
  readonly engine: RecoveringEngine;
  readonly clock: Clock;
  readonly log: Logger;
  /** Pictures that are preprocessed at the same time. */
  readonly parallelPictures: number;
}

/** A batch on its way through the engine. */
interface Passage {
  readonly batch: Batch;
  /** Entries without an outcome yet: each gets exactly one, scores or a counted drop. */
  readonly open: Set<BatchEntry>;
  readonly pictures: PreparedPictures;
  readonly startMono: number;
  readonly preparedMono: number;
  requests: number;
  /** The last answer. */
  ran: { readonly paddedTo: number; readonly inferenceMs: number } | undefined;
  /** The engine process ended while it had these pixels: nobody may write into them again. */
  tainted: boolean;
}

/** Rows of the prepared pictures that go to the engine together. */
interface Part {
  readonly rows: readonly number[];
  /** It already lost an engine (true: the next loss is the last). */
  readonly engineLost: boolean;
  /** As a single picture it already failed. */
  readonly failedAlone: boolean;
}

/** The place of a batch in the order in which batches enter the engine. */
interface Turn {
  readonly before: Promise<void>;
  pass(): void;
}

/** A frame waits at least so long for an engine to come back, or twice its camera's bound if that is more. */
const SHORTEST_PATIENCE_MS = 2000;
/** A batch runs while the next is prepared. */
const BATCHES_AT_ONCE = 2;

/**
 * Takes a batch through preprocessing and engine to scores. The next batch is prepared, and lies in the engine's pipe, while one runs.
 * No good picture is lost to a bad one: what fails is tried again in halves down to the single picture that cannot be classified.
 */
export class BatchRunner implements BatchExecutor {
  readonly #options: BatchRunnerOptions;
  readonly #pool = new BufferPool(BATCHES_AT_ONCE);
  /** The engine's ladder after memory ended at one of its sizes; void when another engine runs. */
  #cut: { readonly info: EngineInfo; readonly batchSizes: readonly number[] } | undefined;
  #lastAnswerMono = Number.NEGATIVE_INFINITY;
  #lastTurn: Promise<void> = Promise.resolve();

  constructor(options: BatchRunnerOptions) {
    this.#options = options;
  }

  /** `failed` when the batch did not run in one go at its own size: then its times say nothing about what a batch costs. */
  async execute(batch: Batch): Promise<BatchTiming | 'failed'> {
    const turn = this.#takeTurn();
    const open = new Set(batch.entries);
    try {
      return await this.#run(batch, open, turn);
    } catch (error) {
      this.#options.log.error({ err: error, batch: batch.id }, 'a batch failed in an unforeseen way');
      for (const entry of open) this.#options.onDrop(entry, 'engine');
      return 'failed';
    } finally {
      turn.pass();
    }
  }

  async #run(batch: Batch, open: Set<BatchEntry>, turn: Turn): Promise<BatchTiming | 'failed'> {
    const { clock, engine, log, parallelPictures } = this.#options;
    const startMono = clock.monotonicMs();
    const { inputSize, fit } = engine.info;
    const pictures = await preprocess(batch.entries, batch.paddedTo, { size: inputSize, fit }, parallelPictures, this.#pool);
    const passage: Passage = { batch, open, pictures, startMono, preparedMono: clock.monotonicMs(), requests: 0, ran: undefined, tainted: false };
    for (const { entry, error } of pictures.refused) {
      log.warn({ camera: entry.slot.cameraId, sequence: entry.frame.sequence, reason: messageOf(error) }, 'a frame could not be preprocessed');
      this.#drop(passage, entry, 'invalid');
    }
    await turn.before;
    // First in, first out: both halves of a failed part run before either is halved again, so good answers come between the failures.
    const parts: Part[] = pictures.entries.length === 0 ? [] : [{ rows: [...pictures.entries.keys()], engineLost: false, failedAlone: false }];
    for (let part = parts.shift(); part; part = parts.shift()) parts.push(...(await this.#runPart(passage, part, turn)));

    if (!passage.tainted) this.#pool.give(pictures.pixels);
    const { ran, requests, preparedMono } = passage;
    return ran?.paddedTo === batch.paddedTo && requests === 1 ? { preprocessMs: preparedMono - startMono, inferenceMs: ran.inferenceMs } : 'failed';
  }

  /** Runs a part; gives the parts that must run in its stead when it could not. */
  async #runPart(passage: Passage, part: Part, turn: Turn): Promise<readonly Part[]> {
    const { clock, engine } = this.#options;
    const rows = await this.#awaitEngine(passage, part);
    if (rows.length === 0) return [];
    const ladder = this.#ladder();
    const largest = ladder.at(-1) ?? rows.length;
    if (rows.length > largest) return portions(rows, largest).map((portion) => ({ ...part, rows: portion }));

    const { info } = engine;
    const paddedTo = sizeFor(ladder, rows.length);
    const { pixels, entries } = passage.pictures;
    const input = { pixels: gather(pixels, entries.length, rows, paddedTo, info.inputSize ** 2 * 3), count: rows.length, paddedTo };
    const sentMono = clock.monotonicMs();
    passage.requests += 1;
    const answer = engine.classify(input);
    turn.pass();
    let output: EngineOutput;
    try {
      output = await answer;
    } catch (error) {
      this.#lastAnswerMono = clock.monotonicMs();
      return this.#afterFailure(passage, { ...part, rows }, paddedTo, error);
    }
    // It may have waited behind the batch before: the engine began with it when that one was answered.
    const beganMono = Math.max(sentMono, this.#lastAnswerMono);
    const finishedMono = clock.monotonicMs();
    this.#lastAnswerMono = finishedMono;
    passage.ran = { paddedTo, inferenceMs: finishedMono - beganMono };
    this.#options.onInference?.({ count: rows.length, paddedTo, inferenceMs: finishedMono - beganMono, networkMs: output.inferenceMs });
    this.#deliver(passage, rows, output, { info, paddedTo, beganMono, finishedMono });
    return [];
  }

  /** The rows of `part` that may run now. While the engine is away they wait, and those for which that took too long are dropped. */
  async #awaitEngine(passage: Passage, part: Part): Promise<readonly number[]> {
    const { clock, engine } = this.#options;
    const present = await engine.whenAvailable(0);
    if (present && !part.engineLost) return part.rows;
    const patienceOf = (row: number) => {
      const entry = passage.pictures.entries[row];
      return entry ? entry.frame.receivedMono + Math.max(2 * entry.slot.maxLatencyMs, SHORTEST_PATIENCE_MS) - clock.monotonicMs() : 0;
    };
    const back = present || (await engine.whenAvailable(Math.max(...part.rows.map(patienceOf))));
    const fresh = back ? part.rows.filter((row) => patienceOf(row) > 0) : [];
    for (const row of part.rows) if (!fresh.includes(row)) this.#drop(passage, passage.pictures.entries[row], 'engine');
    return fresh;
  }

  #deliver(
    passage: Passage,
    rows: readonly number[],
    output: EngineOutput,
    run: { info: EngineInfo; paddedTo: number; beganMono: number; finishedMono: number },
  ): void {
    const { batch, pictures, startMono, preparedMono } = passage;
    const labels = run.info.labels.length;
    const featureSize = (output.features?.length ?? 0) / rows.length;
    rows.forEach((row, index) => {
      const entry = pictures.entries[row];
      if (!entry || !passage.open.delete(entry)) return;
      const { receivedMono, decodedMono } = entry.frame;
      this.#options.onScores({
        batch,
        entry,
        probabilities: output.probabilities.subarray(index * labels, (index + 1) * labels),
        features: output.features?.subarray(index * featureSize, (index + 1) * featureSize) ?? null,
        engine: run.info,
        paddedTo: run.paddedTo,
        ledger: {
          decode: decodedMono - receivedMono,
          queue: startMono - decodedMono + (run.beganMono - preparedMono),
          preprocess: preparedMono - startMono,
          inference: run.finishedMono - run.beganMono,
        },
        finishedMono: run.finishedMono,
      });
    });
  }

  #afterFailure(passage: Passage, part: Part, paddedTo: number, error: unknown): readonly Part[] {
    const { rows } = part;
    const inHalves = () => halves(rows).map((half) => ({ ...part, rows: half }));
    const engineLost = hasCode(error, 'ENGINE_DIED') || hasCode(error, 'ENGINE_TIMEOUT') || hasCode(error, 'ENGINE_PROTOCOL');
    if (engineLost) passage.tainted = true;
    const outOfMemory = hasCode(error, 'ENGINE_OUT_OF_MEMORY');
    if (outOfMemory && this.#cutLadder(paddedTo)) return rows.length > 1 ? inHalves() : [part];
    if (engineLost || outOfMemory) {
      if (!part.engineLost) return [{ ...part, engineLost: true }];
      for (const row of rows) this.#drop(passage, passage.pictures.entries[row], 'engine');
      return [];
    }
    if (rows.length > 1) return inHalves();
    if (!part.failedAlone) return [{ ...part, failedAlone: true }];
    for (const row of rows) {
      const entry = passage.pictures.entries[row];
      this.#options.log.warn(
        { camera: entry?.slot.cameraId, sequence: entry?.frame.sequence, reason: messageOf(error) },
        'a frame cannot be classified',
      );
      this.#drop(passage, entry, 'invalid');
    }
    return [];
  }

  #ladder(): readonly number[] {
    const { info } = this.#options.engine;
    return this.#cut?.info === info ? this.#cut.batchSizes : info.batchSizes;
  }

  /** False when there is no smaller size to go to. */
  #cutLadder(failed: number): boolean {
    const ladder = this.#ladder();
    const batchSizes = ladderBelow(ladder, failed);
    if (batchSizes.length < ladder.length) {
      this.#cut = { info: this.#options.engine.info, batchSizes };
      this.#options.log.warn({ failed, batchSizes }, 'memory ended at a batch size; smaller batches from now on');
      this.#options.onLadder(batchSizes);
    }
    return (batchSizes.at(-1) ?? failed) < failed;
  }

  #drop(passage: Passage, entry: BatchEntry | undefined, reason: DropReason): void {
    if (entry && passage.open.delete(entry)) this.#options.onDrop(entry, reason);
  }

  #takeTurn(): Turn {
    const before = this.#lastTurn;
    let pass: () => void = () => undefined;
    this.#lastTurn = new Promise((resolve) => {
      pass = resolve;
    });
    return { before, pass: () => pass() };
  }
}
