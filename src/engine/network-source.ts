/** What a network is given and gives back, in the words of its own file; and where that file lies. */

export const MODEL_FORMATS = ['tfjs-layers', 'tfjs-graph', 'saved-model', 'onnx'] as const;

export type ModelFormat = (typeof MODEL_FORMATS)[number];

/** Where the files of a model lie. */
export type ModelPlace =
  | { readonly kind: 'npm'; readonly packageName: string; readonly path: string }
  /** A folder, or the one file that the model is; absolute. */
  | { readonly kind: 'local'; readonly path: string };

/** Where a model that is one file can be had; it lies in the first of `files` that is there. */
export interface PulledPlace {
  readonly kind: 'pulled';
  readonly files: readonly string[];
  /** Tried in this order. */
  readonly urls: readonly string[];
  readonly bytes: number;
}

export type NetworkSource =
  | {
      readonly format: 'tfjs-layers' | 'tfjs-graph';
      readonly place: ModelPlace;
      /** SHA-256 (hex) of the topology file, checked before it is read. */
      readonly topologySha256: string;
    }
  | { readonly format: 'saved-model'; readonly place: ModelPlace }
  | { readonly format: 'onnx'; readonly place: ModelPlace | PulledPlace };

/** One value for each colour, in the order red, green, blue, whatever order the network wants. */
export type Channels = readonly [red: number, green: number, blue: number];

/** A byte becomes `(pixel − mean) / scale`. */
export interface Normalisation {
  readonly mean: Channels;
  readonly scale: Channels;
}

/** How the network wants its pictures; we always have RGB bytes, rows of pixels (NHWC). */
export interface NetworkInput {
  /** Of the input tensor; null for a layers-model, which has only one. */
  readonly name: string | null;
  readonly layout: 'nhwc' | 'nchw';
  readonly dtype: 'float32' | 'uint8';
  readonly colourOrder: 'rgb' | 'bgr';
  readonly normalisation: Normalisation;
}

/** Names of the tensors, or of the layers that give them. */
export interface NetworkOutputs {
  readonly classes: string;
  /** `logits`: softmax is put behind them. */
  readonly kind: 'probabilities' | 'logits';
  readonly features: string | null;
}

export const NO_NORMALISATION: Normalisation = { mean: [0, 0, 0], scale: [1, 1, 1] };

/** The one value when all three are the same, else null: one number is one multiplication without a table. */
export function sameForAll([red, green, blue]: Channels): number | null {
  return red === green && green === blue ? red : null;
}

/** The values in the order in which the network has its channels. */
export function inOrder([red, green, blue]: Channels, order: 'rgb' | 'bgr'): Channels {
  return order === 'rgb' ? [red, green, blue] : [blue, green, red];
}
