import type { PictureFit } from './picture-fit.ts';

export type BackendName = 'onnx' | 'tensorflow' | 'wasm';
export type DeviceName = 'cpu' | 'gpu';
export type Precision = 'float32' | 'int8';
export type SelfTestKind = 'golden' | 'sanity';

/** What runs, as it was found, not as it was wished. */
export interface EngineInfo {
  readonly backend: BackendName;
  readonly device: DeviceName;
  readonly precision: Precision;
  readonly threads: number;
  /** By which of its ways the backend reaches the GPU, where it has several. */
  readonly provider?: string;
  readonly model: string;
  /** SHA-256 of the weights as they were imported (hex). */
  readonly sha256: string;
  readonly labels: readonly string[];
  /** Width and height of the network's input in pixels. */
  readonly inputSize: number;
  /** How a picture of another shape is made square. */
  readonly fit: PictureFit;
  /** Allowed batch sizes, ascending, cut to what fits in memory. */
  readonly batchSizes: readonly number[];
  /** Measured at warm-up: ms a batch, by size: the 95th percentile of the warm-up runs. */
  readonly costMs: Readonly<Record<number, number>>;
  /** Why backend, device or precision is not what the configuration asked for; null when all are. */
  readonly fallback: string | null;
  /** What the self-test could show: `golden`, that known pictures give the expected results; `sanity`, only that the results look like results. */
  readonly selfTest: SelfTestKind;
}

/** A batch ready for the network. */
export interface EngineInput {
  /** RGB, uint8, NHWC: `paddedTo × inputSize × inputSize × 3`; entries after `count` are padding (zeros). Ownership passes to the engine until the result is there. */
  readonly pixels: Uint8Array;
  readonly count: number;
  readonly paddedTo: number;
}

export interface EngineOutput {
  /** `count × labels`, row by row; each row adds up to 1. */
  readonly probabilities: Float32Array;
  /** `count × featureSize`, only when features were asked for. */
  readonly features: Float32Array | null;
  /** Time inside the network, ms, measured beside it (no queueing, no transport). */
  readonly inferenceMs: number;
}

/**
 * One network that stays loaded. One `classify` runs at a time; a second may wait behind it.
 * Throws FramewatchError: ENGINE_DIED, ENGINE_TIMEOUT, ENGINE_OUT_OF_MEMORY, ENGINE_INFERENCE_FAILED.
 */
export interface InferenceEngine {
  readonly info: EngineInfo;
  classify(input: EngineInput): Promise<EngineOutput>;
  close(): Promise<void>;
}
