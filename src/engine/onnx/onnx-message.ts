import protobuf from 'protobufjs';
import { COMMON_TYPES, field, list } from './onnx-types.ts';

/*
 * The part of the ONNX file format that the converter writes. Field numbers and enum values are those of onnx/onnx.proto
 * (IR version 8, https://github.com/onnx/onnx/blob/main/onnx/onnx.proto); everything not written is left out.
 */

export interface ModelMessage {
  readonly irVersion: number;
  readonly producerName: string;
  readonly producerVersion: string;
  readonly opsetImport: readonly { readonly domain: string; readonly version: number }[];
  readonly graph: GraphMessage;
}

export interface GraphMessage {
  readonly name: string;
  readonly node: readonly NodeMessage[];
  readonly initializer: readonly TensorMessage[];
  readonly input: readonly ValueMessage[];
  readonly output: readonly ValueMessage[];
}

export interface NodeMessage {
  readonly name: string;
  readonly opType: string;
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly attribute: readonly AttributeMessage[];
}

export type AttributeMessage = { readonly name: string } & (
  | { readonly type: typeof ATTRIBUTE_TYPE.float; readonly f: number }
  | { readonly type: typeof ATTRIBUTE_TYPE.int; readonly i: number }
  | { readonly type: typeof ATTRIBUTE_TYPE.ints; readonly ints: readonly number[] }
);

export interface TensorMessage {
  readonly name: string;
  readonly dims: readonly number[];
  readonly dataType: number;
  /** Little-endian values. */
  readonly rawData: Uint8Array;
}

export interface ValueMessage {
  readonly name: string;
  readonly type: { readonly tensorType: { readonly elemType: number; readonly shape: { readonly dim: readonly DimensionMessage[] } } };
}

export type DimensionMessage = { readonly dimValue: number } | { readonly dimParam: string };

/** `TensorProto.DataType`. */
export const DATA_TYPE = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7 } as const;

/** `AttributeProto.AttributeType`. */
export const ATTRIBUTE_TYPE = { float: 1, int: 2, ints: 7 } as const;

/** The bytes of an `.onnx` file. */
export function encodeModel(model: ModelMessage): Uint8Array {
  return modelType().encode(model).finish();
}

function modelType(): protobuf.Type {
  const root = protobuf.Root.fromJSON({
    nested: {
      Model: {
        fields: {
          irVersion: field('int64', 1),
          producerName: field('string', 2),
          producerVersion: field('string', 3),
          graph: field('Graph', 7),
          opsetImport: list('OperatorSet', 8),
        },
      },
      ...COMMON_TYPES,
      Graph: {
        fields: {
          node: list('Node', 1),
          name: field('string', 2),
          initializer: list('Tensor', 5),
          input: list('Value', 11),
          output: list('Value', 12),
        },
      },
      Attribute: {
        fields: { name: field('string', 1), f: field('float', 2), i: field('int64', 3), ints: list('int64', 8), type: field('int32', 20) },
      },
      Tensor: { fields: { dims: list('int64', 1), dataType: field('int32', 2), name: field('string', 8), rawData: field('bytes', 9) } },
    },
  });
  return root.lookupType('Model');
}
