import type { BackendName, DeviceName, Precision } from './engine.ts';

/** A model that lies on this machine, checked against its hashes, ready to be opened by a backend. */
export interface LocalModel {
  readonly name: string;
  /** SHA-256 (hex) over the weights as they were imported. */
  readonly sha256: string;
  readonly labels: readonly string[];
  /** Width and height of the input, pixels. */
  readonly inputSize: number;
  readonly featureSize: number | null;
  /** The converted graph: uint8 NHWC input, normalisation inside; outputs probabilities and, when there are any, features. */
  readonly onnxFile: string;
  /** The npm package's or folder's layers-model, for the TensorFlow.js backends. */
  readonly layersModel: LayersModelSource;
  /** Input is `(pixel - mean) / scale`, per manifest; the TensorFlow.js backends apply it, the ONNX graph contains it. */
  readonly normalisation: { readonly mean: number; readonly scale: number };
}

/** Where a Keras layers-model comes from. */
export type LayersModelSource =
  | { readonly kind: 'npm'; readonly packageName: string; readonly path: string }
  | { readonly kind: 'folder'; readonly path: string };

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
  /**
   * Classifies `size` pictures: RGB uint8 NHWC, `size × inputSize² × 3` bytes.
   * Throws FramewatchError ENGINE_OUT_OF_MEMORY when memory ends, ENGINE_INFERENCE_FAILED otherwise.
   */
  run(pixels: Uint8Array, size: number): Promise<BackendOutput>;
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
