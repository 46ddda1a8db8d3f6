import protobuf from 'protobufjs';

/*
 * A protobuf message as its fields, each as it was written: what is not looked into is passed on byte by byte, whatever version of ONNX wrote it.
 * Source of the encoding: https://protobuf.dev/programming-guides/encoding/
 */

export interface WireField {
  readonly id: number;
  /** Tag, length and content. */
  readonly bytes: Uint8Array;
  /** Of a field with a length (messages, texts, bytes); empty for numbers. */
  readonly content: Uint8Array;
}

const LENGTH_DELIMITED = 2;

/** Throws RangeError when the bytes are no message. */
export function readFields(message: Uint8Array): readonly WireField[] {
  const reader = protobuf.Reader.create(message);
  const fields: WireField[] = [];
  while (reader.pos < reader.len) {
    const start = reader.pos;
    const tag = reader.uint32();
    const [id, wireType] = [tag >>> 3, tag & 7];
    if (id === 0) throw new RangeError('a field without a number');
    let content: Uint8Array = new Uint8Array();
    if (wireType === LENGTH_DELIMITED) {
      const length = reader.uint32();
      content = message.subarray(reader.pos, reader.pos + length);
      reader.skip(length);
    } else reader.skipType(wireType);
    fields.push({ id, bytes: message.subarray(start, reader.pos), content });
  }
  return fields;
}

/** A field whose content is a message. */
export function messageField(id: number, content: Uint8Array): Uint8Array {
  return protobuf.Writer.create()
    .uint32((id << 3) | LENGTH_DELIMITED)
    .bytes(content)
    .finish();
}

export function textField(id: number, text: string): Uint8Array {
  return protobuf.Writer.create()
    .uint32((id << 3) | LENGTH_DELIMITED)
    .string(text)
    .finish();
}

export function numberField(id: number, value: number): Uint8Array {
  return protobuf.Writer.create()
    .uint32(id << 3)
    .int64(value)
    .finish();
}
