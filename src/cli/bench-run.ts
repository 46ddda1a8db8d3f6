import { availableParallelism, cpus, totalmem } from 'node:os';
import path from 'node:path';
import { CombinationBench } from '../bench/combination-bench.ts';
import type { Combination } from '../bench/combination-figures.ts';
import type { BenchDocument, EngineFigures } from '../bench/document.ts';
import { measureEngine } from '../bench/engine-bench.ts';
import { notesOn } from '../bench/notes.ts';
import { PipelineBench } from '../bench/pipeline-bench.ts';
import { readResidentBytes } from '../bench/process-use.ts';
import { reportLines } from '../bench/report.ts';
import { expectedSeconds, type PipelineSettings } from '../bench/settings.ts';
import { Site } from '../bench/site.ts';
import type { Config } from '../config/config.ts';
import { combinationsOf } from '../engine/backends/combinations.ts';
import type { BackendName, Precision } from '../engine/engine.ts';
import { readManifest } from '../engine/models/model-store.ts';
import type { EngineInit } from '../engine/process/engine-messages.ts';
import { EngineSupervisor } from '../engine/process/engine-supervisor.ts';
import { locateFfmpeg } from '../stream/ffmpeg-locator.ts';
import { isoTime, systemClock } from '../util/clock.ts';
import { builtEntryPoint } from '../util/entry-point.ts';
import { FramewatchError } from '../util/errors.ts';
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
  readonly engine: EngineWishes;
}

/** What `bench engine` shall measure; undefined: all. */
export interface EngineWishes {
  readonly backend: BackendName | undefined;
  readonly precision: Precision | undefined;
  readonly sizes: readonly number[] | undefined;
  /** Of each batch size. */
  readonly seconds: number;
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
  readonly #wishes: EngineWishes;
  readonly #opened = new CloseStack(CLOSE_LIMITS);
  readonly #ending = new AbortController();
  readonly #at = isoTime(systemClock.wallMs());
  readonly #startMono = systemClock.monotonicMs();
  #engine: EngineFigures | null = null;
  #combinations: CombinationBench | null = null;
  #pipeline: PipelineBench | null = null;

  constructor({ config, settings, part, asJson, engine }: BenchRunOptions) {
    this.#config = config;
    this.#settings = settings;
    this.#part = part;
    this.#asJson = asJson;
    this.#wishes = engine;
  }

  async run(): Promise<void> {
    const { signal } = this.#ending;
    const tell = (line: string) => this.#tell(line);
    if (this.#part === 'engine') {
      await this.#measureCombinations(signal);
      return;
    }
    this.#announce(`measuring takes about ${Math.ceil(expectedSeconds(this.#settings) / 60)} minutes; nothing else should run meanwhile`);
    const ffmpegPath = (await locateFfmpeg(this.#config.ffmpeg.path)).file;
    this.#engine = await measureEngine({ open: () => this.#openEngine(), clock: systemClock, limitMs: BATCH_MS, tell }, signal);
    if (!this.#engine) return;
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

  async #measureCombinations(signal: AbortSignal): Promise<void> {
    const { backend, precision, seconds } = this.#wishes;
    const { source } = readManifest(this.#config.model, this.#config);
    const isAsked = (one: Combination) => (backend ?? one.backend) === one.backend && (precision ?? one.precision) === one.precision;
    const known = combinationsOf(source.format);
    const combinations = known.filter(isAsked);
    if (combinations.length === 0) {
      const ways = known.map((one) => `${one.backend} ${one.device} ${one.precision}`).join(', ');
      throw new FramewatchError(
        'ENGINE_BACKEND_UNAVAILABLE',
        `nothing runs ${this.#config.model} as --backend and --precision say; known are ${ways}`,
      );
    }
    this.#combinations = new CombinationBench({
      combinations,
      openConfigured: backend === undefined && precision === undefined ? () => this.#openEngine() : null,
      open: (combination) => this.#openEngine({ ...combination, onUnavailable: 'fail' }),
      ...{ residentBytes: readResidentBytes, clock: systemClock, limitMs: seconds * 1000, tell: (line: string) => this.#tell(line) },
    });
    await this.#combinations.run(signal);
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
      engine: this.#combinations?.configured ?? this.#engine,
      combinations: this.#combinations?.figures ?? null,
      pipeline,
      notes: pipeline ? notesOn(pipeline, cores) : [],
    };
  }

  async #openEngine(wanted: Partial<EngineInit> = {}): Promise<EngineSupervisor> {
    const { model, modelsDir, stateDir, engine, batching } = this.#config;
    const supervisor = new EngineSupervisor({
      entryPoint: builtEntryPoint(import.meta.url, path.join('..', 'engine', 'process', 'engine-main')),
      init: { model, modelsDir, stateDir, ...engine, batchSizes: this.#wishes.sizes ?? batching.allowedBatchSizes, features: false, ...wanted },
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
