import type { ModelFormat, NetworkInput, NetworkOutputs } from '../network-source.ts';

/** What could be read from a model's own files; null is what they do not say. */
export interface Inspection {
  readonly format: ModelFormat;
  /** What the model calls itself. */
  readonly architecture: string | null;
  /** Files that it consists of. */
  readonly files: readonly ImportedFile[];
  readonly topologySha256: string | null;
  readonly weightsSha256: string;
  readonly input: Pick<NetworkInput, 'name' | 'layout' | 'dtype'> & { readonly size: number | null };
  readonly classes: { readonly name: string; readonly kind: NetworkOutputs['kind'] | null; readonly length: number | null };
  /** What stands before the classifier; null when nothing does that could be used. */
  readonly features: { readonly name: string; readonly size: number | null } | null;
}

export interface ImportedFile {
  /** Absolute. */
  readonly from: string;
  /** Its path in the model's folder. */
  readonly to: string;
}

export interface InspectionWishes {
  /** Width and height of the input, for a model that takes any. */
  readonly size: number | null;
  /** The output or layer with the classes, where it is not the only one or not the last. */
  readonly output: string | null;
}
