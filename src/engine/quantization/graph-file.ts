import protobuf from 'protobufjs';
import { GRAPH_FIELD, MODEL_FIELD, readOnnxFile } from '../onnx/onnx-file.ts';
import { DATA_TYPE } from '../onnx/onnx-message.ts';
import { messageField, numberField, readFields, textField, type WireField } from '../onnx/onnx-wire.ts';
import type { Graph, GraphConstant, GraphNode, GraphValue } from './graph.ts';
import { readAttribute } from './node-attributes.ts';

/*
 * Converted models, read whole so that they can be rewritten, and written again. Field numbers: onnx/onnx.proto
 * (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).
 */

const GRAPH_NAME = 2;
const NODE = { input: 1, output: 2, name: 3, opType: 4, attribute: 5, domain: 7 } as const;
const TENSOR = { dims: 1, dataType: 2, floats: 4, name: 8, raw: 9 } as const;
const OPSET = { domain: 1, version: 2 } as const;
const MODEL_PRODUCER = 2;

/** Throws FramewatchError MODEL_INVALID when the bytes are no ONNX file. */
export function readGraph(bytes: Uint8Array): Graph {
  // What it refuses, nothing here needs to look at again.
  const file = readOnnxFile(bytes);
  const contents = (id: number) => file.graphFields.filter((field) => field.id === id).map(({ content }) => content);
  return {
    name: textIn(file.graphFields, GRAPH_NAME),
    irVersion: file.irVersion,
    opsets: new Map(file.modelFields.filter(({ id }) => id === MODEL_FIELD.opsetImport).map(({ content }) => readOpset(content))),
    nodes: contents(GRAPH_FIELD.node).map(readNode),
    constants: new Map(contents(GRAPH_FIELD.initializer).map(readConstant)),
    inputs: contents(GRAPH_FIELD.input)
      .map(readValue)
      .filter(({ name }) => !file.constants.has(name)),
    outputs: contents(GRAPH_FIELD.output).map(readValue),
  };
}

/** The bytes of an `.onnx` file. Constants that nobody reads are left out. */
export function writeGraph(graph: Graph): Uint8Array {
  const read = new Set(graph.nodes.flatMap(({ inputs }) => inputs));
  const content = Buffer.concat([
    ...graph.nodes.map((node) => messageField(GRAPH_FIELD.node, nodeBytes(node))),
    textField(GRAPH_NAME, graph.name),
    ...[...graph.constants]
      .filter(([name]) => read.has(name))
      .map(([name, constant]) => messageField(GRAPH_FIELD.initializer, constantBytes(name, constant))),
    ...graph.inputs.map((input) => messageField(GRAPH_FIELD.input, input.content)),
    ...graph.outputs.map((output) => messageField(GRAPH_FIELD.output, output.content)),
  ]);
  return Buffer.concat([
    numberField(MODEL_FIELD.irVersion, graph.irVersion),
    textField(MODEL_PRODUCER, 'framewatch'),
    ...[...graph.opsets].map(([domain, version]) =>
      messageField(MODEL_FIELD.opsetImport, Buffer.concat([textField(OPSET.domain, domain), numberField(OPSET.version, version)])),
    ),
    messageField(MODEL_FIELD.graph, content),
  ]);
}

/** Declares `tensor` an output, of any shape. */
export function declaredValue(tensor: string, dataType: number): GraphValue {
  const tensorType = messageField(1, numberField(1, dataType));
  return { name: tensor, content: Buffer.concat([textField(1, tensor), messageField(2, tensorType)]) };
}

export function floatConstant(dims: readonly number[], values: Float32Array): GraphConstant {
  return constantOf(dims, DATA_TYPE.float32, values);
}

export function constantOf(dims: readonly number[], dataType: number, values: Float32Array | Int32Array | Int8Array | Uint8Array): GraphConstant {
  return { dims, dataType, bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength), content: null };
}

/** The values of a float32 constant; null for other types. */
export function floatsOf({ dataType, bytes }: GraphConstant): Float32Array | null {
  if (dataType !== DATA_TYPE.float32 || bytes === null) return null;
  // A copy: the bytes of a file need not lie at a multiple of four.
  return new Float32Array(Uint8Array.from(bytes).buffer);
}

function readNode(content: Uint8Array): GraphNode {
  const fields = readFields(content);
  const texts = (id: number) => fields.filter((field) => field.id === id).map((field) => Buffer.from(field.content).toString());
  return {
    name: textIn(fields, NODE.name),
    opType: textIn(fields, NODE.opType),
    domain: textIn(fields, NODE.domain).replace(/^ai\.onnx$/, ''),
    inputs: texts(NODE.input),
    outputs: texts(NODE.output),
    attributes: fields.filter(({ id }) => id === NODE.attribute).map((field) => readAttribute(field.content)),
  };
}

function nodeBytes({ name, opType, domain, inputs, outputs, attributes }: GraphNode): Uint8Array {
  return Buffer.concat([
    ...inputs.map((input) => textField(NODE.input, input)),
    ...outputs.map((output) => textField(NODE.output, output)),
    textField(NODE.name, name),
    textField(NODE.opType, opType),
    ...attributes.map(({ content }) => messageField(NODE.attribute, content)),
    ...(domain === '' ? [] : [textField(NODE.domain, domain)]),
  ]);
}

function readConstant(content: Uint8Array): readonly [name: string, constant: GraphConstant] {
  const { dims, dataType, name } = tensorType().decode(content) as unknown as {
    dims: (number | { toNumber(): number })[];
    dataType: number;
    name: string;
  };
  const fields = readFields(content);
  const raw = fields.find(({ id }) => id === TENSOR.raw)?.content;
  const floats = fields.filter(({ id }) => id === TENSOR.floats).map((field) => field.content);
  return [name, { dims: dims.map(Number), dataType, bytes: raw ?? (floats.length > 0 ? Buffer.concat(floats) : null), content }];
}

function constantBytes(name: string, { dims, dataType, bytes, content }: GraphConstant): Uint8Array {
  if (content !== null) return content;
  return Buffer.concat([
    ...dims.map((extent) => numberField(TENSOR.dims, extent)),
    numberField(TENSOR.dataType, dataType),
    textField(TENSOR.name, name),
    messageField(TENSOR.raw, bytes ?? new Uint8Array()),
  ]);
}

function readValue(content: Uint8Array): GraphValue {
  return { name: textIn(readFields(content), 1), content };
}

function readOpset(content: Uint8Array): readonly [string, number] {
  const { domain, version } = opsetType().decode(content) as unknown as { domain: string; version: number | { toNumber(): number } };
  return [domain === 'ai.onnx' ? '' : domain, Number(version)];
}

function textIn(fields: readonly WireField[], id: number): string {
  return Buffer.from(fields.find((field) => field.id === id)?.content ?? []).toString();
}

function tensorType(): protobuf.Type {
  return lookup('Tensor');
}

function opsetType(): protobuf.Type {
  return lookup('OperatorSet');
}

let root: protobuf.Root | undefined;

function lookup(type: string): protobuf.Type {
  root ??= protobuf.Root.fromJSON({
    nested: {
      Tensor: {
        fields: {
          dims: { rule: 'repeated', type: 'int64', id: TENSOR.dims },
          dataType: { type: 'int32', id: TENSOR.dataType },
          name: { type: 'string', id: TENSOR.name },
        },
      },
      OperatorSet: { fields: { domain: { type: 'string', id: OPSET.domain }, version: { type: 'int64', id: OPSET.version } } },
    },
  });
  return root.lookupType(type);
}
