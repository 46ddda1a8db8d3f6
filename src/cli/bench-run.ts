import { availableParallelism, cpus, totalmem } from 'node:os';
import path from 'node:path';
import type { BenchDocument, EngineFigures } from '../bench/document.ts';
import { measureEngine } from '../bench/engine-bench.ts';
import { notesOn } from '../bench/notes.ts';
import { PipelineBench } from '../bench/pipeline-bench.ts';
import { reportLines } from '../bench/report.ts';
import { expectedSeconds, type PipelineSettings } from '../bench/settings.ts';
import { Site } from '../bench/site.ts';
import type { Config } from '../config/config.ts';
import { EngineSupervisor } from '../engine/engine-supervisor.ts';
import { locateFfmpeg } from '../stream/ffmpeg-locator.ts';
import { isoTime, systemClock } from '../util/clock.ts';
import { builtEntryPoint } from '../util/entry-point.ts';
import { type Closable, CloseStack } from '../util/lifecycle.ts';
import { silentLogger } from '../util/logger.ts';
import { packageVersion } from './package.ts';

export type BenchPart = 'engine' | 'pipeline';

export interface BenchRunOptions {
  readonly config: Config;
  readonly settings: PipelineSettings;
  /** Undefined: all. */
  readonly part: BenchPart | undefined;
  readonly asJson: boolean;
}

/** Each batch size of the engine alone. */
const BATCH_MS = 2000;
/** Measured is also what is too slow to be used. */
const LONGEST_BATCH_MS = 120_000;
const CLOSE_LIMITS = { eachMs: 12_000, totalMs: 25_000 };

/** One run of the benchmark: what it opened, and what it has found so far. */
export class BenchRun implements Closable {
  readonly #config: Config;
  readonly #settings: PipelineSettings;
  readonly #part: BenchPart | undefined;
  readonly #asJson: boolean;
  readonly #opened = new CloseStack(CLOSE_LIMITS);
  readonly #ending = new AbortController();
  readonly #at = isoTime(systemClock.wallMs());
  readonly #startMono = systemClock.monotonicMs();
  #engine: EngineFigures | null = null;
  #pipeline: PipelineBench | null = null;

  constructor({ config, settings, part, asJson }: BenchRunOptions) {
    this.#config = config;
    this.#settings = settings;
    this.#part = part;
    this.#asJson = asJson;
  }

  async run(): Promise<void> {
    const { signal } = this.#ending;
    const tell = (line: string) => this.#tell(line);
    const measuresPipeline = this.#part !== 'engine';
    if (measuresPipeline)
      this.#announce(`measuring takes about ${Math.ceil(expectedSeconds(this.#settings) / 60)} minutes; nothing else should run meanwhile`);
    const ffmpegPath = measuresPipeline ? (await locateFfmpeg(this.#config.ffmpeg.path)).file : '';
    this.#engine = await measureEngine({ open: () => this.#openEngine(), clock: systemClock, limitMs: BATCH_MS, tell }, signal);
    if (!this.#engine || !measuresPipeline) return;
    const site = this.#site(ffmpegPath);
    this.#opened.push('site', () => site.close());
    this.#pipeline = new PipelineBench(
      {
        settings: this.#settings,
        cores: availableParallelism(),
        clock: systemClock,
        openEngine: () => this.#openEngine(),
        openDaemon: (source) => site.openDaemon(source, signal),
        tell,
      },
      this.#engine,
    );
    await this.#pipeline.run(signal);
  }

  /** Breaks off what runs; resolves when no child is left. */
  async close(): Promise<void> {
    this.#ending.abort();
    await this.#opened.close();
  }

  /** `partialReason`: why it is not all; null when it is. */
  print(partialReason: string | null): void {
    const document = this.#document(partialReason);
    process.stdout.write(this.#asJson ? `${JSON.stringify(document, null, 2)}\n` : `${reportLines(document).join('\n')}\n`);
  }

  #document(partialReason: string | null): BenchDocument {
    const pipeline = this.#pipeline?.figures ?? null;
    const cores = availableParallelism();
    return {
      schema: 1,
      at: this.#at,
      version: packageVersion(),
      durationSeconds: (systemClock.monotonicMs() - this.#startMono) / 1000,
      partial: partialReason !== null,
      partialReason,
      machine: {
        cores,
        processor: cpus()[0]?.model ?? 'unknown',
        memoryBytes: totalmem(),
        platform: `${process.platform} ${process.arch}`,
        node: process.version,
      },
      engine: this.#engine,
      pipeline,
      notes: pipeline ? notesOn(pipeline, cores) : [],
    };
  }

  async #openEngine(): Promise<EngineSupervisor> {
    const { model, modelsDir, stateDir, engine, batching } = this.#config;
    const supervisor = new EngineSupervisor({
      entryPoint: builtEntryPoint(import.meta.url, path.join('..', 'engine', 'engine-main')),
      init: { model, modelsDir, stateDir, ...engine, batchSizes: batching.allowedBatchSizes, features: false },
      ...{ clock: systemClock, log: silentLogger },
      onAvailability: () => undefined,
      limits: { hang: LONGEST_BATCH_MS },
    });
    this.#opened.push('engine', () => supervisor.close());
    await supervisor.start();
    return supervisor;
  }

  #site(ffmpegPath: string): Site {
    const { stream, maxCameras, frameWidth } = this.#settings;
    const entry = (name: string) => builtEntryPoint(import.meta.url, name);
    return new Site({
      config: this.#config,
      ...{ ffmpegPath, clock: systemClock, stream, maxCameras, frameWidth },
      entryPoints: { command: entry('main'), cameraHost: entry('../demo/camera-host-main'), pipeCamera: entry('../bench/pipe-camera-main') },
    });
  }

  /** For a person in front of it: how long it will take. */
  #announce(line: string): void {
    if (this.#asJson) this.#tell(line);
    else process.stdout.write(`${line}\n`);
  }

  /** What goes on, only where somebody watches. */
  #tell(line: string): void {
    if (process.stderr.isTTY) process.stderr.write(`… ${line}\n`);
  }
}
