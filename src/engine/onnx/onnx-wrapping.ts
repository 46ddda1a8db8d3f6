import { FramewatchError } from '../../util/errors.ts';
import type { NetworkInput, NetworkOutputs } from '../network-source.ts';
import { GRAPH_FIELD, MODEL_FIELD, type OnnxFile, type OnnxNode, type OnnxTensorInfo, readOnnxFile } from './onnx-file.ts';
import { freeBatch, renameTensors } from './onnx-free-batch.ts';
import { OnnxGraph } from './onnx-graph.ts';
import { DATA_TYPE } from './onnx-message.ts';
import { addPictureInput, ONNX_FEATURES, ONNX_INPUT, ONNX_PROBABILITIES } from './onnx-picture-input.ts';
import { messageField, numberField, readFields } from './onnx-wire.ts';

export interface WrappingOptions {
  readonly inputSize: number;
  readonly input: NetworkInput;
  readonly outputs: NetworkOutputs;
  readonly labelCount: number;
  readonly featureSize: number | null;
}

/** From here on operators broadcast as those that we add do; ONNX Runtime promises nothing for older ones either. */
const OLDEST_OPSET = 7;
/** From here on a constant needs no input of its own. */
const LEAST_IR_VERSION = 4;
/** Names of what is added begin with this; a tensor of the file must not. */
const OURS = 'framewatch';

/**
 * Puts an ONNX file of any input form into the form of all converted models: input `pictures`, uint8 `[N, size, size, 3]` RGB, N free; outputs
 * `probabilities` (behind a softmax when the file gives logits) and, when they are named, `features`. The graph in between keeps its bytes, but for
 * what holds it to one picture a batch.
 * Throws FramewatchError MODEL_INVALID when the file and the manifest disagree, MODEL_UNSUPPORTED_LAYER, by name, what cannot be done.
 */
export function wrapOnnx(bytes: Uint8Array, options: WrappingOptions): Uint8Array {
  const file = readOnnxFile(bytes);
  const input = requireInput(file, options);
  requireOutputs(file, options);

  const before = new OnnxGraph(`${OURS}/before`);
  const names = freeNames(file, [ONNX_INPUT, ONNX_PROBABILITIES, ONNX_FEATURES]);
  const named = (name: string) => names.get(name) ?? name;
  const nodes = (input.dims?.[0] === 1 ? freeBatch(file, before) : file.nodes).map((node) => renameTensors(node, names));
  before.alias(named(input.name), addPictureInput(before, { ...options.input, size: options.inputSize }, `${OURS}/`));
  const behind = new OnnxGraph(`${OURS}/behind`);
  addOutput(behind, ONNX_PROBABILITIES, named(options.outputs.classes), options.labelCount, options.outputs.kind === 'logits');
  const { features } = options.outputs;
  if (features !== null) addOutput(behind, ONNX_FEATURES, named(features), options.featureSize ?? 0, false);
  return join(file, nodes, before, behind);
}

/** One row a picture, of floats, whatever the shape (`[N, C, 1, 1]`) and type. */
function addOutput(graph: OnnxGraph, name: string, tensor: string, length: number, isLogits: boolean): void {
  const rows = graph.node('Flatten', `${OURS}/${name}`, [tensor], { axis: 1 });
  const floats = graph.node('Cast', `${OURS}/${name}`, [rows], { to: DATA_TYPE.float32 });
  graph.output(name, isLogits ? graph.node('Softmax', `${OURS}/${name}`, [floats], { axis: 1 }) : floats, ['N', length]);
}

function join(file: OnnxFile, nodes: readonly OnnxNode[], before: OnnxGraph, behind: OnnxGraph): Uint8Array {
  const [first, last] = [graphFieldsOf(before), graphFieldsOf(behind)];
  const replaced: readonly number[] = Object.values(GRAPH_FIELD);
  const graph = Buffer.concat([
    ...file.graphFields.filter(({ id }) => !replaced.includes(id)).map((field) => field.bytes),
    ...of(first, GRAPH_FIELD.node),
    ...nodes.map(({ field }) => field.bytes),
    ...of(last, GRAPH_FIELD.node),
    ...usedConstants(file, nodes),
    ...of(first, GRAPH_FIELD.initializer),
    ...of(last, GRAPH_FIELD.initializer),
    ...of(first, GRAPH_FIELD.input),
    ...of(last, GRAPH_FIELD.output),
  ]);
  return Buffer.concat([
    numberField(MODEL_FIELD.irVersion, Math.max(file.irVersion, LEAST_IR_VERSION)),
    ...file.modelFields.filter(({ id }) => id !== MODEL_FIELD.irVersion && id !== MODEL_FIELD.graph).map((field) => field.bytes),
    messageField(MODEL_FIELD.graph, graph),
  ]);
}

/** Without the shapes that were replaced: ONNX Runtime warns of constants that nobody reads. Graphs inside of nodes may read any. */
function usedConstants(file: OnnxFile, nodes: readonly OnnxNode[]): readonly Uint8Array[] {
  const read = new Set(nodes.flatMap(({ inputs }) => inputs));
  const all = nodes.some(({ hasGraph }) => hasGraph);
  return [...file.constants].filter(([name]) => all || read.has(name)).map(([, { field }]) => field.bytes);
}

function graphFieldsOf(graph: OnnxGraph): ReturnType<typeof readFields> {
  const field = readFields(graph.encode('')).find(({ id }) => id === MODEL_FIELD.graph);
  return readFields(field?.content ?? new Uint8Array());
}

function of(fields: ReturnType<typeof readFields>, id: number): readonly Uint8Array[] {
  return fields.filter((field) => field.id === id).map((field) => field.bytes);
}

/** The one input, when it is the one that the manifest describes. */
function requireInput(file: OnnxFile, { input, inputSize }: WrappingOptions): OnnxTensorInfo {
  if (file.opset < OLDEST_OPSET) unsupported(`operator set ${file.opset}; ${OLDEST_OPSET} and newer are supported`);
  const [only] = file.inputs;
  if (only === undefined || file.inputs.length !== 1) return unsupported(`${file.inputs.length} inputs (${namesOf(file.inputs)}); one is supported`);
  if (only.name !== input.name) disagree(`input.name is ${input.name ?? 'missing'}, the file's input is called ${only.name}`);
  const wanted = DATA_TYPE[input.dtype];
  if (only.dataType !== wanted)
    disagree(`input.dtype is ${input.dtype}, but ${only.name} has the ONNX data type ${only.dataType} (${wanted} is ${input.dtype})`);
  const { dims } = only;
  if (dims === null) return only;
  const [batch, ...picture] = dims;
  if (picture.length !== 3) disagree(`the input ${only.name} has ${dims.length} dimensions; a batch of pictures has 4`);
  if (typeof batch === 'number' && batch !== 1) unsupported(`batches of ${batch} pictures only; one or any number is supported`);
  const expected = input.layout === 'nchw' ? [3, inputSize, inputSize] : [inputSize, inputSize, 3];
  if (picture.some((extent, index) => typeof extent === 'number' && extent !== expected[index]))
    disagree(`the manifest describes pictures of ${expected.join(' × ')} (${input.layout}), the file wants ${picture.join(' × ')}`);
  return only;
}

function requireOutputs(file: OnnxFile, { outputs, labelCount }: WrappingOptions): void {
  const made = new Set(file.nodes.flatMap((node) => node.outputs));
  for (const name of [outputs.classes, outputs.features]) {
    if (name !== null && !made.has(name)) disagree(`no tensor of the file is called ${name}; its outputs are ${namesOf(file.outputs)}`);
  }
  const extents = file.outputs.find(({ name }) => name === outputs.classes)?.dims?.slice(1) ?? [];
  if (extents.length === 0 || extents.some((extent) => typeof extent !== 'number')) return;
  const length = extents.reduce<number>((product, extent) => product * Number(extent), 1);
  if (length !== labelCount) disagree(`${outputs.classes} has ${length} values a picture, the model has ${labelCount} labels`);
}

/** New names for the file's tensors that are called like ours. */
function freeNames(file: OnnxFile, ours: readonly string[]): ReadonlyMap<string, string> {
  const made = file.nodes.flatMap((node) => [node.name, ...node.outputs]);
  const theirs = new Set([...file.inputs.map(({ name }) => name), ...made, ...file.constants.keys()]);
  const taken = [...theirs].filter((name) => ours.includes(name));
  const odd = [...theirs].find((name) => name.startsWith(`${OURS}/`)) ?? taken.find((name) => file.constants.has(name));
  if (odd !== undefined) unsupported(`a tensor called ${odd}: that name is needed for what is put around the graph`);
  if (taken.length > 0 && file.nodes.some(({ hasGraph }) => hasGraph))
    unsupported(`a tensor called ${taken.join(', ')} beside graphs inside of nodes: it cannot be renamed for sure`);
  return new Map(taken.map((name) => [name, `${OURS}/their ${name}`]));
}

function namesOf(tensors: readonly OnnxTensorInfo[]): string {
  return tensors.map(({ name }) => name).join(', ');
}

function unsupported(what: string): never {
  throw new FramewatchError('MODEL_UNSUPPORTED_LAYER', `the ONNX file has ${what}`);
}

function disagree(what: string): never {
  throw new FramewatchError('MODEL_INVALID', `the manifest and the ONNX file disagree: ${what}`);
}
