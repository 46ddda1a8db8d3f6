import type protobuf from 'protobufjs';

/** One field of a message, and its number on the wire. */
export const field = (type: string, id: number): { readonly type: string; readonly id: number } => ({ type, id });
export const list = (type: string, id: number): { readonly rule: 'repeated'; readonly type: string; readonly id: number } => ({
  rule: 'repeated',
  type,
  id,
});

/** The messages of ONNX (onnx.proto of the ONNX project) that whole models and mere looks at them have in common. */
export const COMMON_TYPES: Readonly<Record<string, protobuf.IType>> = {
  OperatorSet: { fields: { domain: field('string', 1), version: field('int64', 2) } },
  Node: {
    fields: {
      input: list('string', 1),
      output: list('string', 2),
      name: field('string', 3),
      opType: field('string', 4),
      attribute: list('Attribute', 5),
    },
  },
  Value: { fields: { name: field('string', 1), type: field('Type', 2) } },
  Type: { fields: { tensorType: field('TensorType', 1) } },
  TensorType: { fields: { elemType: field('int32', 1), shape: field('Shape', 2) } },
  Shape: { fields: { dim: list('Dimension', 1) } },
  Dimension: { oneofs: { value: { oneof: ['dimValue', 'dimParam'] } }, fields: { dimValue: field('int64', 1), dimParam: field('string', 2) } },
};
