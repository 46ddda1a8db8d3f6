import protobuf from 'protobufjs';
import { FramewatchError, messageOf } from '../../util/errors.ts';
import { COMMON_TYPES, field, list } from './onnx-types.ts';
import { readFields, type WireField } from './onnx-wire.ts';

/*
 * An .onnx file that somebody else wrote, read as far as it is needed to put something around its graph. Field numbers: onnx/onnx.proto
 * (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).
 */

/** Field numbers of `ModelProto` and `GraphProto`. */
export const MODEL_FIELD = { irVersion: 1, graph: 7, opsetImport: 8 } as const;
export const GRAPH_FIELD = { node: 1, initializer: 5, docString: 10, input: 11, output: 12, valueInfo: 13 } as const;
/** Of `NodeProto`. */
export const NODE_FIELD = { input: 1, output: 2, name: 3 } as const;
const DATA_LOCATION_EXTERNAL = 1;

export interface OnnxFile {
  readonly irVersion: number;
  /** Of the standard operators. */
  readonly opset: number;
  readonly modelFields: readonly WireField[];
  readonly graphFields: readonly WireField[];
  /** Without those that only give a constant its name, as files before IR version 4 do. */
  readonly inputs: readonly OnnxTensorInfo[];
  readonly outputs: readonly OnnxTensorInfo[];
  readonly nodes: readonly OnnxNode[];
  /** By name. */
  readonly constants: ReadonlyMap<string, OnnxConstant>;
}

export interface OnnxTensorInfo {
  readonly name: string;
  /** `TensorProto.DataType`; 0 when the file does not say. */
  readonly dataType: number;
  /** A number, or the name of a free dimension (empty when it has none). Null when the file does not say. */
  readonly dims: readonly (number | string)[] | null;
}

export interface OnnxNode {
  readonly field: WireField;
  /** May be empty; else unique. */
  readonly name: string;
  readonly opType: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Graphs inside (If, Loop, Scan). */
  readonly hasGraph: boolean;
  /** Of a `Constant`: the tensor. */
  readonly value: OnnxConstant | null;
}

export interface OnnxConstant {
  readonly field: WireField;
  readonly dims: readonly number[];
  readonly dataType: number;
  /** The values of an int64 tensor of at most 16 values (a shape); null for all others. */
  readonly integers: readonly number[] | null;
}

/** Throws FramewatchError MODEL_INVALID when it is no ONNX file, MODEL_UNSUPPORTED_LAYER when its weights lie in other files. */
export function readOnnxFile(bytes: Uint8Array): OnnxFile {
  try {
    return parse(bytes);
  } catch (error) {
    if (error instanceof FramewatchError) throw error;
    throw new FramewatchError('MODEL_INVALID', `not an ONNX file: ${messageOf(error)}`, { cause: error });
  }
}

function parse(bytes: Uint8Array): OnnxFile {
  const modelFields = readFields(bytes);
  const graph = modelFields.filter(({ id }) => id === MODEL_FIELD.graph);
  if (graph.length !== 1) throw new RangeError('it holds no graph');
  const graphFields = readFields(graph[0]?.content ?? new Uint8Array());
  const contents = (id: number) => graphFields.filter((field) => field.id === id);
  const constants = new Map(contents(GRAPH_FIELD.initializer).map(readTensor));
  const { irVersion, opsetImport } = decode('Model', bytes) as { irVersion: number; opsetImport: { domain: string; version: number }[] };
  const opset = opsetImport.find(({ domain }) => domain === '' || domain === 'ai.onnx')?.version;
  if (opset === undefined) throw new RangeError('it does not say which operator set it uses');
  return {
    irVersion,
    opset,
    modelFields,
    graphFields,
    inputs: contents(GRAPH_FIELD.input)
      .map(({ content }) => readTensorInfo(content))
      .filter(({ name }) => !constants.has(name)),
    outputs: contents(GRAPH_FIELD.output).map(({ content }) => readTensorInfo(content)),
    nodes: contents(GRAPH_FIELD.node).map(readNode),
    constants,
  };
}

function readNode(field: WireField): OnnxNode {
  interface Attribute {
    readonly name: string;
    readonly t?: Uint8Array;
    readonly g?: Uint8Array;
    readonly graphs: readonly Uint8Array[];
  }
  const node = decode('Node', field.content) as { input: string[]; output: string[]; name: string; opType: string; attribute: Attribute[] };
  const value = node.attribute.find(({ name }) => name === 'value')?.t;
  return {
    field,
    name: node.name,
    opType: node.opType,
    inputs: node.input,
    outputs: node.output,
    hasGraph: node.attribute.some(({ g, graphs }) => g !== undefined || graphs.length > 0),
    value: value ? readTensor({ id: 0, bytes: value, content: value })[1] : null,
  };
}

function readTensorInfo(content: Uint8Array): OnnxTensorInfo {
  interface Info {
    readonly name: string;
    readonly type: { readonly tensorType: { readonly elemType: number; readonly shape: { readonly dim: readonly object[] } | null } | null } | null;
  }
  const { name, type } = decode('Value', content) as Info;
  const dims = type?.tensorType?.shape?.dim.map((dim) => {
    const { dimValue, dimParam } = dim as { dimValue?: number; dimParam?: string };
    return dimValue !== undefined && dimValue > 0 ? dimValue : (dimParam ?? '');
  });
  return { name, dataType: type?.tensorType?.elemType ?? 0, dims: dims ?? null };
}

const LARGEST_SHAPE = 16;

function readTensor(field: WireField): readonly [name: string, tensor: OnnxConstant] {
  const tensor = decode('Tensor', field.content) as { dims: number[]; dataType: number; name: string; dataLocation: number };
  const { name, dims, dataType } = tensor;
  if (tensor.dataLocation === DATA_LOCATION_EXTERNAL)
    throw new FramewatchError('MODEL_UNSUPPORTED_LAYER', `the weights of ${name} lie in a file of their own; a model must be one file`);
  const length = dims.reduce((product, extent) => product * extent, 1);
  const integers = dataType === INT64 && length <= LARGEST_SHAPE ? readIntegers(field.content) : null;
  return [name, { field, dims, dataType, integers }];
}

const INT64 = 7;

function readIntegers(content: Uint8Array): readonly number[] {
  const { int64Data, rawData } = decode('IntegerTensor', content) as { int64Data: number[]; rawData: Uint8Array };
  if (rawData.length === 0) return int64Data;
  const view = new DataView(rawData.buffer, rawData.byteOffset, rawData.byteLength);
  return Array.from({ length: rawData.length / 8 }, (_, index) => Number(view.getBigInt64(index * 8, true)));
}

/** Absent fields have the values that protobuf gives them; whole numbers are numbers. */
function decode(type: string, content: Uint8Array): object {
  const found = types().lookupType(type);
  return found.toObject(found.decode(content), { longs: Number, defaults: true, arrays: true });
}

let root: protobuf.Root | undefined;

/** Only the fields that are asked for: what is not listed is skipped, the bytes of large weights among it. */
function types(): protobuf.Root {
  root ??= protobuf.Root.fromJSON({
    nested: {
      Model: { fields: { irVersion: field('int64', 1), opsetImport: list('OperatorSet', 8) } },
      ...COMMON_TYPES,
      Attribute: {
        // So that an absent one reads as absent, not as empty.
        oneofs: { tensor: { oneof: ['t'] }, graph: { oneof: ['g'] } },
        fields: { name: field('string', 1), t: field('bytes', 5), g: field('bytes', 6), graphs: list('bytes', 11) },
      },
      Tensor: { fields: { dims: list('int64', 1), dataType: field('int32', 2), name: field('string', 8), dataLocation: field('int32', 14) } },
      IntegerTensor: { fields: { int64Data: list('int64', 7), rawData: field('bytes', 9) } },
    },
  });
  return root;
}
