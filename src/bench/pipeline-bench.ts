import type { InferenceEngine } from '../engine/engine.ts';
import type { Clock } from '../util/clock.ts';
import type { BatchCost } from './bare-engine.ts';
import { type Axis, carriedOf, frontierOf } from './carried.ts';
import type { Carried, EngineFigures, PipelineFigures } from './document.ts';
import { type Efficiency, efficiencyOf, saturatingLoad, usualBatchSize } from './efficiency.ts';
import { measureAgain } from './engine-bench.ts';
import { batchesBetween } from './figures.ts';
import type { Machine } from './limit.ts';
import { type CameraSupply, LoadRunner } from './load-runner.ts';
import type { MeasuredDaemon } from './measured-daemon.ts';
import { rateLadder, rungAt } from './rates.ts';
import { borderOf, cameraRange, nextProbe, type Probe, rungRange, type SearchRange } from './search.ts';
import { FIXED_CAMERAS, type PipelineSettings } from './settings.ts';
import type { Load, Step } from './step.ts';
import type { VerdictFeed } from './verdict-feed.ts';

export interface PipelineBenchParts {
  readonly settings: PipelineSettings;
  readonly cores: number;
  readonly clock: Clock;
  readonly openEngine: () => Promise<InferenceEngine>;
  /** Starts a daemon whose cameras are simulated, through ffmpeg, or pictures that cost no decoding. Null when `signal` aborted before. */
  readonly openDaemon: (source: 'cameras' | 'ready', signal: AbortSignal) => Promise<OpenedDaemon | null>;
  /** What goes on, for a person who waits. */
  readonly tell: (line: string) => void;
}

export interface OpenedDaemon {
  readonly daemon: Pick<MeasuredDaemon, 'watch' | 'cameras' | 'look'>;
  readonly feed: Pick<VerdictFeed, 'watch' | 'restart' | 'ledgers'>;
  readonly supply: CameraSupply;
  close(): Promise<void>;
}

/** A bound that a machine at its limit still keeps: what is wanted there is its rate. */
const SATURATED_BOUND_MS = 1000;
/** Beyond twice the number of cameras at which decoding alone was too much, no rate is low enough. */
const HOPELESS = 2;
const AGAIN_MS = 4000;
/** The search begins at this part of what the engine alone could do: the rest of the machine has work, too. */
const FIRST_SHARE = 0.4;

/** Measures what the whole pipeline can carry. `figures` may be read at any time: what was found so far. */
export class PipelineBench {
  readonly #parts: PipelineBenchParts;
  readonly #engine: EngineFigures;
  readonly #cameraSteps: Step[] = [];
  readonly #rateSteps: Step[] = [];
  readonly #atFixed: (Carried | null)[] = [];
  #efficiency: Efficiency | null = null;
  #answer: Carried | null = null;

  /** `engine`: what it does alone on this machine. */
  constructor(parts: PipelineBenchParts, engine: EngineFigures) {
    this.#parts = parts;
    this.#engine = engine;
  }

  get figures(): PipelineFigures {
    return {
      settings: this.#parts.settings,
      efficiency: this.#efficiency,
      cameraSteps: this.#cameraSteps,
      rateSteps: this.#rateSteps,
      answer: this.#answer,
      frontier: frontierOf([this.#answer, ...this.#atFixed]),
    };
  }

  /** Resolves when all was measured, or soon after `signal` aborted. Throws what engine, cameras and daemon throw. */
  async run(signal: AbortSignal): Promise<void> {
    const { boundMs, decode, frameWidth, seconds, brief } = this.#parts.settings;
    if (!brief) await this.#measureEfficiency(signal);
    const opened = signal.aborted ? null : await this.#parts.openDaemon('cameras', signal);
    if (!opened) return;
    try {
      const runner = new LoadRunner({ ...opened, clock: this.#parts.clock, boundMs, decode, frameWidth, seconds, endsEarly: true });
      await this.#findCameras(runner, signal);
      for (const cameras of brief ? [] : this.#fixedCameras()) await this.#findRate(runner, cameras, opened.supply.rates.framesPerSecond, signal);
    } finally {
      await opened.close();
    }
  }

  get #machine(): Machine {
    const { cores, settings } = this.#parts;
    return { cores, boundMs: settings.boundMs, smallestBatchMs: this.#engine.batches[0]?.batchMs.p50 ?? 0 };
  }

  /** The engine alone does so many frames a second, at its best batch size. */
  get #bareRate(): number {
    return Math.max(...this.#engine.batches.map(({ framesPerSecond }) => framesPerSecond));
  }

  async #measureEfficiency(signal: AbortSignal): Promise<void> {
    const { settings, clock, tell, openDaemon, openEngine } = this.#parts;
    const sizes = this.#engine.batches.map(({ size }) => size);
    const load = saturatingLoad(this.#bareRate, sizes.at(-1) ?? 1);
    tell(`the daemon at its limit: ${load.cameras} sources × ${load.sampleFps}/s of pictures that cost no decoding`);
    const opened = await openDaemon('ready', signal);
    if (!opened) return;
    let ran: Awaited<ReturnType<LoadRunner['run']>>;
    try {
      const slowest = Math.max(...this.#engine.batches.map(({ batchMs }) => batchMs.p95));
      const boundMs = Math.max(SATURATED_BOUND_MS, 3 * slowest);
      const runner = new LoadRunner({
        ...opened,
        clock,
        boundMs,
        decode: 'all',
        frameWidth: settings.frameWidth,
        seconds: settings.seconds,
        endsEarly: false,
      });
      ran = await runner.run(load, signal);
    } finally {
      await opened.close();
    }
    const size = ran && usualBatchSize(batchesBetween(ran.first.batches, ran.second.batches), sizes);
    const before = this.#engine.batches.find((cost) => cost.size === size);
    if (!ran || !before || signal.aborted) return;
    const after: BatchCost | null = await measureAgain({ open: openEngine, clock, limitMs: AGAIN_MS, tell }, before.size, signal);
    if (after) this.#efficiency = efficiencyOf(ran.step, before, after);
  }

  async #findCameras(runner: LoadRunner, signal: AbortSignal): Promise<void> {
    const { sampleFps, maxCameras } = this.#parts.settings;
    const fixed = { cameras: 0, sampleFps };
    const range = cameraRange(maxCameras, (this.#bareRate * FIRST_SHARE) / sampleFps);
    await this.#search(
      range,
      (cameras) => ({ cameras, sampleFps }),
      this.#cameraSteps,
      runner,
      signal,
      (probes) => {
        this.#answer = carriedOf(this.#cameraSteps, 'cameras', borderOf(probes), fixed, this.#machine);
      },
    );
  }

  /** 1, 4, 16: as many as there are, and as can be decoded at all. */
  #fixedCameras(): readonly number[] {
    const { maxCameras } = this.#parts.settings;
    const hopeless = this.#answer?.limitedBy === 'decode' ? HOPELESS * (this.#answer.cameras + 1) : Number.POSITIVE_INFINITY;
    return FIXED_CAMERAS.filter((cameras) => cameras <= maxCameras && cameras < hopeless);
  }

  async #findRate(runner: LoadRunner, cameras: number, most: number, signal: AbortSignal): Promise<void> {
    const ladder = rateLadder(most);
    // A few cameras leave more of the machine to the engine than the many of the answer did.
    const carried = Math.max(this.#answer?.framesPerSecond ?? 0, this.#bareRate * FIRST_SHARE);
    const steps: Step[] = [];
    const axis: Axis = 'sampleFps';
    const index = this.#atFixed.push(null) - 1;
    const loadAt = (rung: number): Load => ({ cameras, sampleFps: ladder[rung - 1] ?? most });
    await this.#search(rungRange(ladder.length, rungAt(ladder, carried / cameras)), loadAt, steps, runner, signal, (probes) => {
      const { held, failed } = borderOf(probes);
      const rateAt = (rung: number | null) => (rung === null ? null : loadAt(rung).sampleFps);
      this.#atFixed[index] = carriedOf(steps, axis, { held: rateAt(held), failed: rateAt(failed) }, { cameras, sampleFps: 0 }, this.#machine);
    });
  }

  async #search(
    range: SearchRange,
    loadAt: (value: number) => Load,
    steps: Step[],
    runner: LoadRunner,
    signal: AbortSignal,
    found: (probes: readonly Probe[]) => void,
  ): Promise<void> {
    const probes: Probe[] = [];
    for (let at = nextProbe(probes, range); at !== null; at = nextProbe(probes, range)) {
      const load = loadAt(at);
      const ran = await runner.run(load, signal);
      if (!ran) return;
      const { step, judgement } = ran;
      steps.push(step);
      if (steps !== this.#cameraSteps) this.#rateSteps.push(step);
      probes.push({ at, holds: judgement.holds, clear: judgement.clear });
      found(probes);
      this.#parts.tell(
        `${load.cameras} × ${load.sampleFps}/s: p99 ${Math.round(step.latencyMs?.total.p99 ?? 0)} ms, ${step.holds ? 'holds' : step.broken.join('; ')}`,
      );
    }
  }
}
