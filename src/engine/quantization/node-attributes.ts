import protobuf from 'protobufjs';

/*
 * Attributes of ONNX operators. Field numbers and types are those of `AttributeProto` in onnx/onnx.proto
 * (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).
 */

/** An attribute as it was written, so that those that nobody here knows are passed on whole. */
export interface NodeAttribute {
  readonly name: string;
  readonly integer: number;
  readonly integers: readonly number[];
  readonly text: string;
  /** The bytes of the message. */
  readonly content: Uint8Array;
}

/** `AttributeProto.AttributeType`. */
const TYPE = { integer: 2, integers: 7 } as const;
const FIELD = { name: 1, integer: 3, text: 4, integers: 8, type: 20 } as const;

export function readAttribute(content: Uint8Array): NodeAttribute {
  const type = attributeType();
  const fields = type.toObject(type.decode(content), { longs: Number, defaults: true, arrays: true }) as {
    name: string;
    i: number;
    s: Uint8Array | readonly number[];
    ints: number[];
  };
  return { name: fields.name, integer: fields.i, integers: fields.ints, text: Buffer.from(fields.s).toString(), content };
}

export function integerAttribute(name: string, integer: number): NodeAttribute {
  const writer = named(name)
    .uint32(FIELD.integer << 3)
    .int64(integer);
  return { name, integer, integers: [], text: '', content: typed(writer, TYPE.integer) };
}

export function integersAttribute(name: string, integers: readonly number[]): NodeAttribute {
  const writer = named(name);
  for (const integer of integers) writer.uint32(FIELD.integers << 3).int64(integer);
  return { name, integer: 0, integers, text: '', content: typed(writer, TYPE.integers) };
}

function named(name: string): protobuf.Writer {
  return protobuf.Writer.create()
    .uint32((FIELD.name << 3) | 2)
    .string(name);
}

function typed(writer: protobuf.Writer, type: number): Uint8Array {
  return writer
    .uint32(FIELD.type << 3)
    .int32(type)
    .finish();
}

let loaded: protobuf.Type | undefined;

function attributeType(): protobuf.Type {
  loaded ??= protobuf.Root.fromJSON({
    nested: {
      Attribute: {
        fields: {
          name: { type: 'string', id: FIELD.name },
          i: { type: 'int64', id: FIELD.integer },
          s: { type: 'bytes', id: FIELD.text },
          ints: { rule: 'repeated', type: 'int64', id: FIELD.integers },
        },
      },
    },
  }).lookupType('Attribute');
  return loaded;
}
