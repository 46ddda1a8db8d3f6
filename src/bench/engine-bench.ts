import type { EngineInfo, InferenceEngine } from '../engine/engine.ts';
import type { Clock } from '../util/clock.ts';
import { type BatchCost, measureBatchSize } from './bare-engine.ts';
import type { EngineFigures } from './document.ts';

export interface EngineBenchParts {
  /** Starts the engine that the configuration asks for. Throws MODEL_* and ENGINE_*. */
  readonly open: () => Promise<InferenceEngine>;
  readonly clock: Clock;
  /** Of each batch size. */
  readonly limitMs: number;
  /** What goes on, for a person who waits. */
  readonly tell: (line: string) => void;
}

/** The engine alone, at every allowed batch size. Null when `signal` aborted before it was done. */
export async function measureEngine(parts: EngineBenchParts, signal: AbortSignal): Promise<EngineFigures | null> {
  const { open, clock, tell } = parts;
  tell('starting the engine');
  const startMono = clock.monotonicMs();
  const engine = await open();
  const startSeconds = (clock.monotonicMs() - startMono) / 1000;
  try {
    const { labels: _labels, costMs: _costMs, batchSizes, ...info }: EngineInfo = engine.info;
    const batches = await measureSizes(engine, batchSizes, parts, signal);
    return batches && { ...info, startSeconds, batches };
  } finally {
    await engine.close();
  }
}

/** The same, at one size only: to see whether the machine has changed meanwhile. */
export async function measureAgain(parts: EngineBenchParts, size: number, signal: AbortSignal): Promise<BatchCost | null> {
  const engine = await parts.open();
  try {
    return (await measureSizes(engine, [size], parts, signal))?.[0] ?? null;
  } finally {
    await engine.close();
  }
}

async function measureSizes(
  engine: InferenceEngine,
  sizes: readonly number[],
  { clock, limitMs, tell }: EngineBenchParts,
  signal: AbortSignal,
): Promise<readonly BatchCost[] | null> {
  const batches: BatchCost[] = [];
  for (const size of sizes) {
    const cost = await measureBatchSize(engine, { size, limitMs, clock, signal });
    if (signal.aborted || cost === null) return null;
    tell(`engine alone, batch ${size}: ${cost.framesPerSecond.toFixed(1)} frames/s`);
    batches.push(cost);
  }
  return batches;
}
