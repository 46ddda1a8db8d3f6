import {
  ATTRIBUTE_TYPE,
  type AttributeMessage,
  DATA_TYPE,
  encodeModel,
  type NodeMessage,
  type TensorMessage,
  type ValueMessage,
} from './onnx-message.ts';

/** IR version and operator set of what is written; both are read by every ONNX Runtime since 1.15. */
const IR_VERSION = 8;
const OPSET = 17;

/** Attributes of an operator. A float is written `{ float: 1 }`: in ONNX 1 and 1.0 are different types. */
export type Attributes = Readonly<Record<string, number | readonly number[] | { readonly float: number }>>;

/** An ONNX graph while it is being built. Tensor names are what the methods return. */
export class OnnxGraph {
  readonly name: string;
  readonly #nodes: NodeMessage[] = [];
  readonly #constants: TensorMessage[] = [];
  readonly #inputs: ValueMessage[] = [];
  readonly #outputs: ValueMessage[] = [];

  constructor(name: string) {
    this.name = name;
  }

  /** An input of uint8; `dims` may name a free dimension. */
  input(name: string, dims: readonly (number | string)[]): string {
    this.#inputs.push(value(name, DATA_TYPE.uint8, dims));
    return name;
  }

  /** Declares the float tensor `tensor` an output under `name`. */
  output(name: string, tensor: string, dims: readonly (number | string)[]): void {
    this.#add('Identity', name, [tensor], {});
    this.#outputs.push(value(name, DATA_TYPE.float32, dims));
  }

  /** Gives the tensor `tensor` a second name. */
  alias(name: string, tensor: string): void {
    this.#add('Identity', name, [tensor], {});
  }

  /** Adds an operator whose only output is named after `name`. */
  node(opType: string, name: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.#add(opType, `${name}:${opType}`, inputs, attributes);
  }

  /** A float constant. Keeps `values` until the file is written. */
  floats(name: string, dims: readonly number[], values: Float32Array): string {
    this.#constants.push({ name, dims, dataType: DATA_TYPE.float32, rawData: bytesOf(values) });
    return name;
  }

  integers(name: string, values: readonly number[]): string {
    this.#constants.push({ name, dims: [values.length], dataType: DATA_TYPE.int64, rawData: bytesOf(BigInt64Array.from(values, BigInt)) });
    return name;
  }

  /** The bytes of the `.onnx` file. */
  encode(producerVersion: string): Uint8Array {
    return encodeModel({
      irVersion: IR_VERSION,
      producerName: 'framewatch',
      producerVersion,
      opsetImport: [{ domain: '', version: OPSET }],
      graph: { name: this.name, node: this.#nodes, initializer: this.#constants, input: this.#inputs, output: this.#outputs },
    });
  }

  #add(opType: string, output: string, inputs: readonly string[], attributes: Attributes): string {
    this.#nodes.push({
      name: output,
      opType,
      input: inputs,
      output: [output],
      attribute: Object.entries(attributes).map(([key, of]) => attribute(key, of)),
    });
    return output;
  }
}

function attribute(name: string, of: Attributes[string]): AttributeMessage {
  if (typeof of === 'number') return { name, type: ATTRIBUTE_TYPE.int, i: of };
  if ('float' in of) return { name, type: ATTRIBUTE_TYPE.float, f: of.float };
  return { name, type: ATTRIBUTE_TYPE.ints, ints: of };
}

function value(name: string, elemType: number, dims: readonly (number | string)[]): ValueMessage {
  const dim = dims.map((extent) => (typeof extent === 'string' ? { dimParam: extent } : { dimValue: extent }));
  return { name, type: { tensorType: { elemType, shape: { dim } } } };
}

/** ONNX stores raw values little-endian, as does every machine that Node runs on. */
function bytesOf(values: Float32Array | BigInt64Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
