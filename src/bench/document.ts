import type { EngineInfo } from '../engine/engine.ts';
import type { BatchCost } from './bare-engine.ts';
import type { CombinationFigures } from './combination-figures.ts';
import type { Efficiency } from './efficiency.ts';
import type { Limit } from './limit.ts';
import type { PipelineSettings } from './settings.ts';
import type { Step } from './step.ts';

/** What `framewatch bench --json` prints. Adding fields is fine; the meaning of those that are there does not change within a schema. */
export interface BenchDocument {
  readonly schema: 1;
  /** When it began, ISO 8601. */
  readonly at: string;
  readonly version: string;
  readonly durationSeconds: number;
  /** It was interrupted or failed: what follows is true, but not all of it. */
  readonly partial: boolean;
  /** Why it is partial; null when it is not. */
  readonly partialReason: string | null;
  readonly machine: {
    readonly cores: number;
    readonly processor: string;
    readonly memoryBytes: number;
    readonly platform: string;
    readonly node: string;
  };
  readonly engine: EngineFigures | null;
  /** Every backend, device and precision, of `bench engine` only. */
  readonly combinations: readonly CombinationFigures[] | null;
  readonly pipeline: PipelineFigures | null;
  /** What a reader of the figures has to know, as sentences. */
  readonly notes: readonly string[];
}

/** The engine alone, as the configuration asks for it. */
export interface EngineFigures extends Omit<EngineInfo, 'labels' | 'costMs' | 'batchSizes'> {
  readonly startSeconds: number;
  /** By batch size, ascending. */
  readonly batches: readonly BatchCost[];
}

export interface PipelineFigures {
  readonly settings: PipelineSettings;
  /** Null until it was measured. */
  readonly efficiency: Efficiency | null;
  /** Every load that was tried at the given rate, in the order tried. */
  readonly cameraSteps: readonly Step[];
  /** Those of the search for the highest rates at fixed numbers of cameras. */
  readonly rateSteps: readonly Step[];
  /** The highest number of cameras at the given rate; null until the search for it began. */
  readonly answer: Carried | null;
  /** What can be carried: the answer, and the highest rates at fixed numbers of cameras; by number of cameras. */
  readonly frontier: readonly Carried[];
}

/** The border of a search: what was carried, and what kept more from being. */
export interface Carried {
  readonly cameras: number;
  readonly sampleFps: number;
  /** Verdicts a second there; 0 when nothing was carried. */
  readonly framesPerSecond: number;
  /** The worst of its measurements, ms; null when nothing was carried. */
  readonly p99Ms: number | null;
  readonly limitedBy: Limit;
  readonly evidence: readonly string[];
}
