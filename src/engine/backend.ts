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
  /** From the manifest; absent only for models made by hand. */
  readonly selfTest?: SelfTest;
}

/** A Keras layers-model: where it lies and what of it is used. */
export type LayersModelSource = LayersModelPlace & {
  /** SHA-256 (hex) of the topology file, checked before it is read; the weights' own hash is `LocalModel.sha256`. */
  readonly topologySha256: string;
  /** Layer whose output are the probabilities; `features`: the layer before the classifier, null when there is none to give. */
  readonly outputLayers: { readonly probabilities: string; readonly features: string | null };
  /** Order in which the network wants the channels; pictures always come as RGB. */
  readonly colourOrder: 'rgb' | 'bgr';
};

export type LayersModelPlace =
  | { readonly kind: 'npm'; readonly packageName: string; readonly path: string }
  /** A folder with `model.json` and the weight files that it names. */
  | { readonly kind: 'folder'; readonly path: string };

/** Pictures that the program draws itself, with what the reference backend said about them. */
export interface SelfTest {
  /** Largest allowed distance of a probability from the expected one, 0…1. */
  readonly tolerance: number;
  readonly pictures: readonly { readonly drawing: string; readonly seed: number; readonly expected: Readonly<Record<string, number>> }[];
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
   * Classifies `size` pictures: RGB uint8 NHWC, `size × inputSize² × 3` bytes.
   * Throws FramewatchError ENGINE_OUT_OF_MEMORY when memory ends, ENGINE_INFERENCE_FAILED otherwise.
   */
  run(pixels: Uint8Array, size: number): Promise<BackendOutput>;
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
