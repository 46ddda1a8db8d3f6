import { FramewatchError } from '../../util/errors.ts';
import { isRecord } from '../models/tfjs-files.ts';
import type { Inspection, InspectionWishes } from './inspection.ts';
import { kindOfScores, type LastStep } from './score-kind.ts';
import type { TfjsFolder } from './tfjs-folder.ts';

/** One operation of a graph: inputs by the names of the operations that give them. */
interface GraphNode {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
  readonly shape: readonly (number | null)[] | null;
  readonly dtype: string | null;
}

const NEUTRAL: readonly string[] = ['Identity', 'Reshape', 'Squeeze', 'Cast'];
const CLASSIFIERS: readonly string[] = ['MatMul', '_FusedMatMul'];
const SUMS: readonly string[] = ['BiasAdd', 'Add', 'AddV2'];

/** A graph of TensorFlow in the form of TensorFlow.js. Throws FramewatchError MODEL_INVALID, MODEL_UNSUPPORTED_LAYER. */
export function inspectGraph(folder: TfjsFolder, wishes: InspectionWishes): Inspection {
  const nodes = new Map(readNodes(folder.topology['node']).map((node) => [node.name, node]));
  const [input, ...others] = [...nodes.values()].filter(({ op }) => op === 'Placeholder');
  if (input === undefined || others.length > 0)
    throw new FramewatchError('MODEL_UNSUPPORTED_LAYER', `the graph has ${input ? others.length + 1 : 0} inputs; one is supported`);
  const classes = wishes.output ?? onlyOutput(folder, nodes);
  const last = nodes.get(nodeOf(classes));
  if (last === undefined) throw new FramewatchError('MODEL_INVALID', `the graph has no operation ${classes}`);
  const [, ...picture] = input.shape ?? [];
  const layout = picture[0] === 3 && picture[2] !== 3 ? 'nchw' : 'nhwc';
  const [height = null, width = null] = layout === 'nchw' ? picture.slice(1) : picture;
  if (height !== null && width !== null && height !== width)
    throw new FramewatchError('MODEL_UNSUPPORTED_LAYER', `pictures of ${height} × ${width}; a square is needed`);
  return {
    format: 'tfjs-graph',
    architecture: null,
    files: folder.files,
    topologySha256: folder.topologySha256,
    weightsSha256: folder.weightsSha256,
    // TensorFlow.js has no bytes: a graph that takes them takes whole numbers.
    input: {
      name: input.name,
      layout,
      dtype: input.dtype === 'DT_FLOAT' || input.dtype === null ? 'float32' : 'uint8',
      size: height ?? width ?? wishes.size,
    },
    classes: { name: classes, kind: kindOfScores(lastStep(nodes, last), classes), length: outputLength(folder, classes) },
    features: features(folder, nodes, last),
  };
}

/** The one output that the signature names; without a signature the one operation that nobody reads. */
function onlyOutput({ signature }: TfjsFolder, nodes: ReadonlyMap<string, GraphNode>): string {
  const read = new Set([...nodes.values()].flatMap(({ inputs }) => inputs));
  const named = signatureOutputs(signature).map(({ name }) => name);
  const outputs = named.length > 0 ? named : [...nodes.keys()].filter((name) => !read.has(name));
  const [output] = outputs;
  if (output !== undefined && outputs.length === 1) return output;
  throw new FramewatchError(
    'MODEL_UNSUPPORTED_LAYER',
    `the graph has ${outputs.length} outputs (${outputs.join(', ')}): name the one with the classes (--output)`,
  );
}

function outputLength({ signature }: TfjsFolder, classes: string): number | null {
  const dims = signatureOutputs(signature).find(({ name }) => nodeOf(name) === nodeOf(classes))?.dims ?? [];
  const length = dims.slice(1).reduce<number | null>((product, extent) => (product === null || extent === null ? null : product * extent), 1);
  return dims.length > 1 ? length : null;
}

function signatureOutputs(signature: unknown): readonly { readonly name: string; readonly dims: readonly (number | null)[] }[] {
  const outputs = isRecord(signature) && isRecord(signature['outputs']) ? Object.values(signature['outputs']) : [];
  return outputs.flatMap((output) =>
    isRecord(output) && typeof output['name'] === 'string' ? [{ name: output['name'], dims: dimsOf(output['tensorShape']) ?? [] }] : [],
  );
}

function lastStep(nodes: ReadonlyMap<string, GraphNode>, last: GraphNode): LastStep {
  let node: GraphNode | undefined = last;
  while (node !== undefined && NEUTRAL.includes(node.op)) node = nodes.get(node.inputs[0] ?? '');
  if (node?.op === 'Softmax') return 'softmax';
  if (node?.op === 'Sigmoid') return 'sigmoid';
  return node !== undefined && (CLASSIFIERS.includes(node.op) || SUMS.includes(node.op)) ? 'linear' : 'unknown';
}

/** What is multiplied with the weights of the last classifier; their first extent is its length. */
function features({ weights }: TfjsFolder, nodes: ReadonlyMap<string, GraphNode>, last: GraphNode): Inspection['features'] {
  let node: GraphNode | undefined = last;
  while (node !== undefined && !CLASSIFIERS.includes(node.op)) {
    if (![...NEUTRAL, ...SUMS, 'Softmax'].includes(node.op)) return null;
    node = nodes.get(node.inputs[0] ?? '');
  }
  const [feed, kernel] = node?.inputs ?? [];
  if (feed === undefined || kernel === undefined || nodes.get(feed)?.op === 'Placeholder') return null;
  const stored = weights.find((weight) => isRecord(weight) && weight['name'] === kernel);
  const shape: unknown = isRecord(stored) ? stored['shape'] : null;
  const [size] = Array.isArray(shape) ? (shape as readonly unknown[]) : [];
  return { name: feed, size: typeof size === 'number' ? size : null };
}

function readNodes(list: unknown): readonly GraphNode[] {
  if (!Array.isArray(list)) throw new FramewatchError('MODEL_INVALID', 'topology: node is not a list');
  return list.map((node: unknown) => {
    if (!isRecord(node) || typeof node['name'] !== 'string' || typeof node['op'] !== 'string')
      throw new FramewatchError('MODEL_INVALID', 'topology: an operation without name or op');
    const attributes = isRecord(node['attr']) ? node['attr'] : {};
    const shape = isRecord(attributes['shape']) ? dimsOf(attributes['shape']['shape']) : null;
    const dtype = isRecord(attributes['dtype']) ? attributes['dtype']['type'] : null;
    const inputs = Array.isArray(node['input']) ? node['input'].map((input) => nodeOf(String(input))) : [];
    return { name: node['name'], op: node['op'], inputs, shape, dtype: typeof dtype === 'string' ? dtype : null };
  });
}

/** Extents; -1 and what is missing is free. */
function dimsOf(shape: unknown): readonly (number | null)[] | null {
  const dim = isRecord(shape) ? shape['dim'] : undefined;
  if (!Array.isArray(dim)) return null;
  return dim.map((extent: unknown) => {
    const size = Number(isRecord(extent) ? extent['size'] : Number.NaN);
    return Number.isSafeInteger(size) && size > 0 ? size : null;
  });
}

/** `name:0` and `^name` are the operation `name`. */
function nodeOf(tensor: string): string {
  return tensor.replace(/^\^/, '').replace(/:\d+$/, '');
}
