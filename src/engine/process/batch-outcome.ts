import type { Batch, BatchEntry, DropReason } from '../../batching/batch.ts';
import type { EngineInfo, InferenceEngine } from '../engine.ts';

/** An engine that may be away for a while. */
export interface RecoveringEngine extends Pick<InferenceEngine, 'info' | 'classify'> {
  /** Resolves `true` once it is there, `false` after `limitMs`. Never rejects. */
  whenAvailable(limitMs: number): Promise<boolean>;
}

/** The way of a picture up to its scores, ms. The parts add up to `finishedMono - frame.receivedMono`; the decision comes on top. */
export interface ScoresLedger {
  readonly decode: number;
  /** In the slot, until the batch was taken up, and from preprocessed until the engine began with it; attempts that failed count here. */
  readonly queue: number;
  readonly preprocess: number;
  /** As the daemon sees it, transport included. */
  readonly inference: number;
}

export interface EntryScores {
  readonly batch: Batch;
  readonly entry: BatchEntry;
  /** One score a label, in the order of `engine.labels`. */
  readonly probabilities: Float32Array;
  readonly features: Float32Array | null;
  /** What ran it. */
  readonly engine: EngineInfo;
  /** The size it ran at: that of the batch, unless the batch had to be cut. */
  readonly paddedTo: number;
  readonly ledger: ScoresLedger;
  readonly finishedMono: number;
}

/** One answered request to the engine. */
export interface InferenceRun {
  readonly count: number;
  readonly paddedTo: number;
  /** As the daemon sees it, and inside the network; their difference is transport. */
  readonly inferenceMs: number;
  readonly networkMs: number;
}

/** What the batch runner tells; none of it may throw. */
export interface BatchOutcomes {
  onScores(scores: EntryScores): void;
  onDrop(entry: BatchEntry, reason: DropReason): void;
  /** Memory ended at a size: the allowed sizes are now these, until the engine starts anew. */
  onLadder(batchSizes: readonly number[]): void;
  onInference?(run: InferenceRun): void;
}
