import type { EngineInfo } from '../engine/engine.ts';

/** One way to run the network, as it was asked for. */
export type Combination = Pick<EngineInfo, 'backend' | 'device' | 'precision'>;

/** One batch size of one combination. */
export interface SizeFigures {
  readonly size: number;
  readonly batches: number;
  /** Over all batches of all rounds, from one answer to the next: the engine always has the next batch waiting. */
  readonly batchMs: { readonly p25: number; readonly p50: number; readonly p75: number; readonly p95: number };
  /** Median of the rounds; the lowest and the highest say how the machine drifted meanwhile. */
  readonly framesPerSecond: number;
  readonly lowestFramesPerSecond: number;
  readonly highestFramesPerSecond: number;
}

/** What a combination did here, or why it did nothing. */
export type CombinationFigures = Combination & {
  /** It is what the configuration asks for. */
  readonly isConfigured: boolean;
} & (
    | {
        readonly state: 'measured';
        readonly threads: number;
        readonly provider: string | null;
        readonly startSeconds: number;
        /** Resident memory of the engine process, bytes: when it was warm, and after the largest batch; null where the system does not say. A GPU's memory is not in it. */
        readonly residentBytes: { readonly warm: number; readonly measured: number } | null;
        readonly sizes: readonly SizeFigures[];
        /** Sizes at which a batch takes too long to be measured. */
        readonly leftOut: readonly number[];
      }
    | { readonly state: 'not here'; readonly reason: string }
  );
