import protobuf from 'protobufjs';

/*
 * The part of `saved_model.pb` that says what a SavedModel takes and gives. Field numbers: tensorflow/core/protobuf/saved_model.proto and meta_graph.proto,
 * tensorflow/core/framework/tensor_shape.proto.
 */

export interface SavedModelSignature {
  readonly tags: readonly string[];
  readonly name: string;
  readonly inputs: readonly SavedModelTensor[];
  readonly outputs: readonly SavedModelTensor[];
}

export interface SavedModelTensor {
  /** In the signature. */
  readonly name: string;
  /** `DataType` of tensorflow/core/framework/types.proto. */
  readonly dtype: number;
  /** null: free; all of it, when even the number of dimensions is. */
  readonly dims: readonly (number | null)[] | null;
}

/** Throws what is wrong with the bytes. */
export function readSignatures(bytes: Uint8Array): readonly SavedModelSignature[] {
  interface Tensor {
    readonly dtype: number;
    readonly tensorShape: { readonly dim: readonly { readonly size: number }[]; readonly unknownRank: boolean } | null;
  }
  interface Model {
    readonly metaGraphs: readonly {
      readonly metaInfoDef: { readonly tags: readonly string[] } | null;
      readonly signatureDef: Readonly<
        Record<string, { readonly inputs: Readonly<Record<string, Tensor>>; readonly outputs: Readonly<Record<string, Tensor>> }>
      >;
    }[];
  }
  const type = savedModelType();
  const model = type.toObject(type.decode(bytes), { longs: Number, defaults: true, arrays: true, objects: true }) as Model;
  const tensors = (named: Readonly<Record<string, Tensor>>): readonly SavedModelTensor[] =>
    Object.entries(named).map(([name, { dtype, tensorShape }]) => ({
      name,
      dtype,
      dims: tensorShape === null || tensorShape.unknownRank ? null : tensorShape.dim.map(({ size }) => (size > 0 ? size : null)),
    }));
  return model.metaGraphs.flatMap(({ metaInfoDef, signatureDef }) =>
    Object.entries(signatureDef).map(([name, { inputs, outputs }]) => ({
      tags: metaInfoDef?.tags ?? [],
      name,
      inputs: tensors(inputs),
      outputs: tensors(outputs),
    })),
  );
}

/** The other way, for those who make one. */
export function savedModelType(): protobuf.Type {
  const field = (type: string, id: number) => ({ type, id });
  const list = (type: string, id: number) => ({ rule: 'repeated', type, id });
  const map = (type: string, id: number) => ({ keyType: 'string', type, id });
  const root = protobuf.Root.fromJSON({
    nested: {
      SavedModel: { fields: { metaGraphs: list('MetaGraph', 2) } },
      MetaGraph: { fields: { metaInfoDef: field('MetaInfo', 1), signatureDef: map('Signature', 5) } },
      MetaInfo: { fields: { tags: list('string', 4) } },
      Signature: { fields: { inputs: map('Tensor', 1), outputs: map('Tensor', 2) } },
      Tensor: { fields: { dtype: field('int32', 2), tensorShape: field('Shape', 3) } },
      Shape: { fields: { dim: list('Dimension', 2), unknownRank: field('bool', 3) } },
      Dimension: { fields: { size: field('int64', 1) } },
    },
  });
  return root.lookupType('SavedModel');
}
