import { availableParallelism } from 'node:os';
import path from 'node:path';
import type { BatchEntry, SlotSpec } from '../batching/batch.ts';
import { counted } from '../classify/figures.ts';
import { FileJudge } from '../classify/file-judge.ts';
import { workThrough } from '../classify/file-queue.ts';
import { FileRun } from '../classify/file-run.ts';
import { type FileFindings, noFindings, type RunFacts, type RunTotals } from '../classify/findings.ts';
import type { Outcome } from '../classify/frame-order.ts';
import { OrderedSections } from '../classify/ordered-sections.ts';
import type { FileFormat, OutputFormat } from '../classify/output-format.ts';
import { Pace } from '../classify/pace.ts';
import { printable } from '../classify/printable.ts';
import type { FileProgress, ProgressState } from '../classify/progress.ts';
import type { Judging } from '../config/cameras.ts';
import type { Config } from '../config/config.ts';
import type { EngineInfo } from '../engine/engine.ts';
import { RuleIntervals } from '../events/rule-intervals.ts';
import { maxGapMs } from '../events/rule-tracker.ts';
import { labelScores } from '../events/scores.ts';
import { probeFfmpeg } from '../stream/ffmpeg-capabilities.ts';
import { locateFfmpeg } from '../stream/ffmpeg-locator.ts';
import { PictureMemory } from '../stream/picture-memory.ts';
import { Recording, type RecordingOptions } from '../stream/recording.ts';
import { lookUpRecording } from '../stream/recording-place.ts';
import { RateWindow } from '../telemetry/rate-window.ts';
import { systemClock } from '../util/clock.ts';
import type { FramewatchError } from '../util/errors.ts';
import type { Closable } from '../util/lifecycle.ts';
import type { Logger } from '../util/logger.ts';
import { FileBatcher, PATIENCE_MS } from './file-batcher.ts';
import { illustrationsOf } from './illustrations.ts';

export interface ClassifyRunOptions {
  readonly config: Config;
  readonly judging: Judging;
  readonly frameWidth: number;
  readonly facts: RunFacts;
  /** As the user named them. */
  readonly files: readonly string[];
  readonly format: OutputFormat;
  /** Whether pictures and the course of the labels are kept. */
  readonly illustrated: boolean;
  /** Standard output. `room` resolves when the reader has kept up, or after `release`. */
  readonly output: { write(text: string): void; room(): Promise<void>; release(): void };
  /** One line for standard error. */
  readonly say: (line: string) => void;
  readonly logger: Logger;
}

/** A file that can be opened, as far as is known. */
interface Readable {
  readonly index: number;
  readonly name: string;
  readonly bytes: number;
}

/** One run over recordings: reads, judges and writes them, the next beside the one before. */
export class ClassifyRun implements Closable {
  readonly #options: ClassifyRunOptions;
  readonly #memory = new PictureMemory();
  readonly #ending = new AbortController();
  readonly #batcher: FileBatcher;
  readonly #sections: OrderedSections;
  readonly #formats: readonly FileFormat[];
  readonly #runs = new Map<number, FileRun>();
  readonly #owners = new Map<SlotSpec, { readonly run: FileRun; readonly judge: FileJudge }>();
  readonly #findings = new Map<number, FileFindings>();
  readonly #pace = new Pace(systemClock, () => new RateWindow(systemClock));
  #bytes: readonly number[] = [];
  #engine: EngineInfo | null = null;
  #working: Promise<void> = Promise.resolve();
  #gone: (reason: FramewatchError) => void = () => undefined;

  constructor(options: ClassifyRunOptions) {
    this.#options = options;
    this.#sections = new OrderedSections((text) => options.output.write(text));
    this.#formats = options.files.map((name, index) => options.format.file(name, index));
    this.#batcher = new FileBatcher({
      ...{ config: options.config, clock: systemClock, log: options.logger, parallelPictures: Math.min(4, Math.max(2, availableParallelism() >> 1)) },
      onOutcome: (entry, outcome, spentMs) => this.#settle(entry, outcome, spentMs),
      onGone: (reason) => this.#gone(reason),
    });
  }

  /** Until every file is judged and written, or `close` is called. Throws what ends it for all: FFMPEG_*, MODEL_*, ENGINE_*. */
  async run(): Promise<void> {
    this.#working = this.#run();
    const gone = new Promise<never>((_, reject) => {
      this.#gone = reject;
    });
    await Promise.race([this.#working, gone]);
  }

  /** Breaks off what is under way; resolves when no child is left. Idempotent. */
  async close(): Promise<void> {
    this.#ending.abort();
    this.#sections.release();
    this.#options.output.release();
    for (const run of this.#runs.values()) run.cutShort();
    await Promise.all([this.#batcher.close(), this.#working.catch(() => undefined)]);
  }

  /** Writes what is not written yet; after `run` or `close`. `partialReason`: why it is not all; null when it is. */
  async end(partialReason: string | null): Promise<RunTotals> {
    const { files, format, output } = this.#options;
    for (const [index, name] of files.entries()) {
      if (!this.#findings.has(index)) this.#write(index, (await this.#runs.get(index)?.findings()) ?? noFindings(name, null));
    }
    const { judged, seconds } = this.#pace;
    const totals: RunTotals = {
      files: files.map((name, index) => this.#findings.get(index) ?? noFindings(name, null)),
      judged,
      seconds,
      framesPerSecond: seconds > 0 ? judged / seconds : 0,
      networkShare: seconds > 0 ? Math.min(1, this.#batcher.networkMs / 1000 / seconds) : 0,
      engine: this.#engine,
      partialReason,
    };
    output.write(format.tail(totals));
    return totals;
  }

  get progress(): ProgressState {
    const { files } = this.#options;
    const { judged, elapsedMs, rate } = this.#pace;
    const current = files.findIndex((_, index) => !this.#findings.has(index));
    return {
      files: files.map((_, index) => this.#progressOf(index)),
      ...{ judged, elapsedMs, rate },
      name: this.#engine ? path.basename(files[current] ?? '') : 'loading the network',
    };
  }

  async #run(): Promise<void> {
    const { files, format, output, config } = this.#options;
    output.write(format.head());
    const readable = await this.#lookUp(files);
    const { signal } = this.#ending;
    if (readable.length === 0 || signal.aborted) return;
    const { file } = await locateFfmpeg(config.ffmpeg.path);
    const ffmpeg = { file, capabilities: await probeFfmpeg(file), hwaccel: config.ffmpeg.hwaccel };
    this.#engine = await this.#batcher.start();
    const labels = this.#engine.labels;
    const atOnce = Math.min(readable.length, Math.max(2, Math.min(8, availableParallelism() >> 1)));
    const threads = Math.max(1, Math.min(16, Math.floor(availableParallelism() / atOnce)));
    const written: Promise<void>[] = [];
    await workThrough(readable, atOnce, signal, async (found) => {
      const run = this.#open(found, { ffmpeg, threads }, labels);
      await run.read(signal);
      const writing = run.findings().then((findings) => this.#write(found.index, findings));
      // Waited for below, when all are read.
      writing.catch(() => undefined);
      written.push(writing);
    });
    await this.#batcher.finish();
    await Promise.all(written);
  }

  async #lookUp(files: readonly string[]): Promise<readonly Readable[]> {
    const found = await Promise.all(files.map((name) => lookUpRecording(name)));
    this.#bytes = found.map((place) => ('bytes' in place ? place.bytes : 0));
    return files.flatMap((name, index) => {
      const place = found[index];
      if (place && 'bytes' in place) return [{ index, name, bytes: place.bytes }];
      this.#write(index, noFindings(name, place ?? null));
      return [];
    });
  }

  #open({ index, name, bytes }: Readable, reading: Pick<RecordingOptions, 'ffmpeg' | 'threads'>, labels: readonly string[]): FileRun {
    const { facts, judging, frameWidth, illustrated, output } = this.#options;
    const { regions, rules } = judging;
    const format = this.#formats[index];
    const judge = new FileJudge({
      ...{ labels, regions, memory: this.#memory },
      intervals: new RuleIntervals(rules, maxGapMs(facts.fps ?? Number.POSITIVE_INFINITY)),
      scoresOf: (probabilities) => labelScores(labels, probabilities),
      onVerdict: (verdict) => this.#sections.write(index, format?.verdict(verdict) ?? ''),
      illustrations: illustrated ? illustrationsOf(labels, rules, this.#options.files.length, this.#options.logger) : null,
    });
    const slots = regions.map(({ id, crop }) => ({ cameraId: name, region: id, crop, maxLatencyMs: PATIENCE_MS, weight: 1 }));
    const run = new FileRun({
      ...{ name, bytes, judge, slots, clock: systemClock },
      recording: new Recording({
        ...reading,
        file: path.resolve(name),
        bytes,
        sampleFps: facts.fps,
        frameWidth,
        memory: this.#memory,
        clock: systemClock,
      }),
      openLane: () => this.#batcher.openLane(),
      mayWrite: async () => {
        this.#pace.begin();
        await this.#sections.mayWrite(index);
        await output.room();
      },
    });
    this.#runs.set(index, run);
    for (const slot of slots) this.#owners.set(slot, { run, judge });
    this.#sections.write(index, format?.head() ?? '');
    return run;
  }

  #settle({ slot, frame }: BatchEntry, outcome: Outcome, spentMs: number): void {
    const owner = this.#owners.get(slot);
    if (!owner) return;
    const { run, judge } = owner;
    const before = judge.judged;
    run.spent(spentMs);
    judge.settled(frame.sequence, slot.region, outcome);
    if (judge.judged > before) this.#pace.add(judge.judged - before);
  }

  #write(index: number, findings: FileFindings): void {
    if (this.#findings.has(index)) return;
    const { say } = this.#options;
    const format = this.#formats[index];
    const run = this.#runs.get(index);
    if (!run) this.#sections.write(index, format?.head() ?? '');
    this.#findings.set(index, findings);
    for (const slot of run?.slots ?? []) this.#owners.delete(slot);
    this.#runs.delete(index);
    const name = printable(findings.file);
    for (const warning of findings.warnings) say(`framewatch: warning: ${name}: ${printable(warning)}`);
    const { error, judged } = findings;
    const kept = judged > 0 ? `; what came before was judged (${counted(judged)} pictures)` : '';
    if (error) say(`framewatch: ${error.code}: ${name}: ${printable(error.message)}${kept}`);
    this.#sections.write(index, format?.tail(findings) ?? '');
    this.#sections.end(index);
  }

  #progressOf(index: number): FileProgress {
    const findings = this.#findings.get(index);
    const bytes = this.#bytes[index] ?? 0;
    if (findings) return { bytes, durationMs: findings.durationMs, judgedMs: findings.judgedMs, isOver: true };
    return this.#runs.get(index)?.progress ?? { bytes, durationMs: null, judgedMs: 0, isOver: false };
  }
}
