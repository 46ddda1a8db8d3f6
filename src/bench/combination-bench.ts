import type { InferenceEngine } from '../engine/engine.ts';
import type { Clock } from '../util/clock.ts';
import { messageOf } from '../util/errors.ts';
import { quantile } from '../util/percentile.ts';
import { measureGaps } from './bare-engine.ts';
import type { Combination, CombinationFigures, SizeFigures } from './combination-figures.ts';
import type { EngineFigures } from './document.ts';

/** An engine in a process of its own. */
export type MeasuredEngine = Pick<InferenceEngine, 'classify' | 'close' | 'info'> & { readonly pid: number | undefined };

export interface CombinationBenchParts {
  /** Those to try beside the configured one, each in a process of its own, one after the other. */
  readonly combinations: readonly Combination[];
  /** Starts what the configuration asks for; null when that is not wanted. Throws MODEL_* and ENGINE_*. */
  readonly openConfigured: (() => Promise<MeasuredEngine>) | null;
  /** Throws MODEL_* and ENGINE_*: why this machine cannot. */
  readonly open: (combination: Combination) => Promise<MeasuredEngine>;
  /** Resident memory of a process, bytes; null where the system does not say. */
  readonly residentBytes: (pid: number) => number | null;
  readonly clock: Clock;
  /** Of each batch size, all rounds together, where a batch is quick enough. */
  readonly limitMs: number;
  readonly tell: (line: string) => void;
}

/** Small pieces in turn, up and down the sizes: what the machine does to one it does to all. */
const ROUNDS = 5;
/** A size at which one batch takes longer than this is left out. */
const LONGEST_BATCH_MS = 20_000;

/** All that was found so far; complete when `run` resolves. */
export class CombinationBench {
  readonly #parts: CombinationBenchParts;
  readonly #figures: CombinationFigures[] = [];
  #configured: EngineFigures | null = null;

  constructor(parts: CombinationBenchParts) {
    this.#parts = parts;
  }

  get figures(): readonly CombinationFigures[] {
    return this.#figures;
  }

  /** Of the engine that the configuration asks for, in the form of the other benches; null unless it was wanted and measured. */
  get configured(): EngineFigures | null {
    return this.#configured;
  }

  /** Throws what opening the configured engine throws; of all others, the reason of the last one, when none could be opened. */
  async run(signal: AbortSignal): Promise<void> {
    const { combinations, openConfigured, open } = this.#parts;
    if (openConfigured) await this.#measure(openConfigured, null, signal);
    const rest = combinations.filter((one) => !this.#figures.some((done) => isSame(one, done)));
    let failure: Error | null = null;
    for (const combination of rest) {
      if (signal.aborted) return;
      try {
        await this.#measure(() => open(combination), combination, signal);
      } catch (error) {
        failure = error instanceof Error ? error : new Error(messageOf(error));
        this.#figures.push({ ...combination, isConfigured: false, state: 'not here', reason: messageOf(error) });
      }
    }
    if (failure !== null && this.#figures.every(({ state }) => state === 'not here')) throw failure;
  }

  /** `asked`: null for what the configuration asks for, which is known only once it runs. */
  async #measure(open: () => Promise<MeasuredEngine>, asked: Combination | null, signal: AbortSignal): Promise<void> {
    const { clock, residentBytes, tell } = this.#parts;
    tell(asked === null ? 'starting the engine that the configuration asks for' : `starting ${inWords(asked)}`);
    const startMono = clock.monotonicMs();
    const engine = await open();
    try {
      const { labels: _labels, costMs, batchSizes, ...info } = engine.info;
      const startSeconds = (clock.monotonicMs() - startMono) / 1000;
      const { backend, device, precision, threads, provider = null } = info;
      // It would stand in the table under a name that it does not deserve.
      if (asked !== null && !isSame(asked, info)) throw new Error(info.fallback ?? `it runs as ${inWords(info)}`);
      const resident = () => (engine.pid === undefined ? null : residentBytes(engine.pid));
      const warm = resident();
      const leftOut = batchSizes.filter((size) => (costMs[size] ?? 0) > LONGEST_BATCH_MS);
      const sizes = await this.#measureSizes(
        engine,
        batchSizes.filter((size) => !leftOut.includes(size)),
        signal,
      );
      const measured = resident();
      this.#figures.push({
        ...{ backend, device, precision, isConfigured: asked === null, state: 'measured', threads, provider, startSeconds, sizes, leftOut },
        residentBytes: warm === null || measured === null ? null : { warm, measured },
      });
      if (asked === null) {
        const batches = sizes.map(({ size, batches: count, batchMs, framesPerSecond }) => ({ size, batches: count, batchMs, framesPerSecond }));
        this.#configured = { ...info, startSeconds, batches };
      }
    } finally {
      await engine.close();
    }
  }

  async #measureSizes(engine: MeasuredEngine, batchSizes: readonly number[], signal: AbortSignal): Promise<readonly SizeFigures[]> {
    const { clock, limitMs, tell } = this.#parts;
    const sliceMs = limitMs / ROUNDS;
    const roundsOf = (size: number) => Math.max(1, Math.min(ROUNDS, Math.floor(limitMs / (engine.info.costMs[size] ?? 1))));
    const rounds = new Map(batchSizes.map((size) => [size, [] as (readonly number[])[]]));
    for (let round = 0; round < ROUNDS && !signal.aborted; round += 1) {
      for (const size of round % 2 === 0 ? batchSizes : batchSizes.toReversed()) {
        // Where a batch is slow, the few that must run in a round fill the time of several.
        if (round >= roundsOf(size)) continue;
        const gaps = await measureGaps(engine, { size, limitMs: sliceMs, leastBatches: 1, clock, signal });
        if (gaps.length > 0) rounds.get(size)?.push(gaps);
      }
    }
    const figures = [...rounds].filter(([, gaps]) => gaps.length > 0).map(([size, gaps]) => figuresOf(size, gaps));
    for (const { size, framesPerSecond } of figures) tell(`${inWords(engine.info)}, batch ${size}: ${framesPerSecond.toFixed(1)} frames/s`);
    return figures;
  }
}

function figuresOf(size: number, rounds: readonly (readonly number[])[]): SizeFigures {
  const all = rounds.flat();
  const rates = rounds.map((gaps) => (gaps.length * size * 1000) / gaps.reduce((sum, gap) => sum + gap, Number.EPSILON));
  return {
    size,
    batches: all.length,
    batchMs: { p25: quantile(all, 0.25), p50: quantile(all, 0.5), p75: quantile(all, 0.75), p95: quantile(all, 0.95) },
    framesPerSecond: quantile(rates, 0.5),
    lowestFramesPerSecond: Math.min(...rates),
    highestFramesPerSecond: Math.max(...rates),
  };
}

function isSame(one: Combination, other: Combination): boolean {
  return one.backend === other.backend && one.device === other.device && one.precision === other.precision;
}

function inWords({ backend, device, precision }: Combination): string {
  return `${backend} on ${device}, ${precision}`;
}
