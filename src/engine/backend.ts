import type { BackendName, DeviceName, Precision } from './engine.ts';
import type { NetworkInput, NetworkOutputs, NetworkSource } from './network-source.ts';
import type { PictureFit } from './picture-fit.ts';
import type { FeatureDigest } from './self-test/feature-digest.ts';

/** A model that lies on this machine, checked against its hashes, ready to be opened by a backend. */
export interface LocalModel {
  readonly name: string;
  /** SHA-256 (hex) over the weights as they were imported. */
  readonly sha256: string;
  readonly labels: readonly string[];
  /** Width and height of the input, pixels. */
  readonly inputSize: number;
  readonly fit: PictureFit;
  readonly featureSize: number | null;
  /**
   * The converted graph: uint8 NHWC input, normalisation inside; outputs probabilities and, when there are any, features.
   * Null for the formats that only TensorFlow.js or TensorFlow can run.
   */
  readonly onnxFile: string | null;
  /** The model as it came; the backends on TensorFlow.js read it, and do with the pictures what the ONNX graph contains. */
  readonly source: NetworkSource;
  readonly input: NetworkInput;
  readonly outputs: NetworkOutputs;
  /** Null when nobody has said yet what this model must answer. */
  readonly selfTest: SelfTest | null;
}

/** Pictures that the program draws itself, with what the reference backend said about them. */
export interface SelfTest {
  /** Largest allowed distance of a probability from the expected one, 0…1. */
  readonly tolerance: number;
  /** The same of a digest of the features, as a share of their length; null when no features are expected. */
  readonly featureTolerance: number | null;
  readonly pictures: readonly SelfTestPicture[];
}

export interface SelfTestPicture {
  readonly drawing: string;
  readonly seed: number;
  /** By label; one that is not named is expected to be 0. */
  readonly expected: Readonly<Record<string, number>>;
  /** Null when the self-test expects none. */
  readonly features: FeatureDigest | null;
}

export interface BackendOptions {
  readonly device: 'auto' | 'gpu' | 'cpu';
  /** 0 = all cores. */
  readonly threads: number;
  /** Whether features are wanted; costs nothing when not. */
  readonly features: boolean;
}

/** A network in memory, inside the engine process. One `run` at a time. */
export interface Backend {
  readonly name: BackendName;
  readonly device: DeviceName;
  readonly precision: Precision;
  readonly threads: number;
  /** By which of its ways the backend reaches the GPU, where it has several. */
  readonly provider?: string | undefined;
  /**
   * Classifies `size` pictures: RGB uint8 NHWC, `size × inputSize² × 3` bytes. `features`: whether this batch gives them, where the model has any;
   * left out: as it was opened.
   * Throws FramewatchError ENGINE_OUT_OF_MEMORY when memory ends, ENGINE_INFERENCE_FAILED otherwise.
   */
  run(pixels: Uint8Array, size: number, features?: boolean): Promise<BackendOutput>;
  /** Does now what the first batch of `size` would wait for and no later one does again. Throws like `run`. */
  prepare?(size: number): Promise<void>;
  close(): Promise<void>;
}

export interface BackendOutput {
  /** `size × labels`. */
  readonly probabilities: Float32Array;
  /** `size × featureSize`, when asked for. */
  readonly features: Float32Array | null;
}

/** Throws FramewatchError ENGINE_BACKEND_UNAVAILABLE (package or library missing, says how to install) or ENGINE_DEVICE_UNAVAILABLE. */
export type OpenBackend = (model: LocalModel, options: BackendOptions) => Promise<Backend>;
