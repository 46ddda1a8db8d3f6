import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { FramewatchError, messageOf } from '../../util/errors.ts';
import { sha256 } from '../models/sha256.ts';
import type { NetworkInput } from '../network-source.ts';
import { type OnnxFile, type OnnxNode, type OnnxTensorInfo, readOnnxFile } from '../onnx/onnx-file.ts';
import { DATA_TYPE } from '../onnx/onnx-message.ts';
import type { Inspection, InspectionWishes } from './inspection.ts';
import { kindOfScores, type LastStep } from './score-kind.ts';

const NEUTRAL: readonly string[] = ['Identity', 'Reshape', 'Flatten', 'Squeeze', 'Cast', 'Dropout'];
const CLASSIFIERS: readonly string[] = ['Gemm', 'MatMul'];

/** Throws FramewatchError MODEL_NOT_FOUND, MODEL_INVALID, MODEL_UNSUPPORTED_LAYER. */
export async function inspectOnnx(path: string, wishes: InspectionWishes): Promise<Inspection> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new FramewatchError('MODEL_NOT_FOUND', `${path} cannot be read: ${messageOf(error)}`, { cause: error });
  });
  const file = readOnnxFile(bytes);
  const [input] = file.inputs;
  if (input === undefined || file.inputs.length !== 1)
    throw new FramewatchError(
      'MODEL_UNSUPPORTED_LAYER',
      `the ONNX file has ${file.inputs.length} inputs (${namesOf(file.inputs)}); one is supported`,
    );
  const makers = new Map(file.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  const classes = wishes.output ?? onlyOutput(file);
  if (!makers.has(classes))
    throw new FramewatchError('MODEL_INVALID', `the ONNX file has no tensor ${classes}; its outputs are ${namesOf(file.outputs)}`);
  return {
    format: 'onnx',
    architecture: null,
    files: [{ from: path, to: fileName(path) }],
    topologySha256: null,
    weightsSha256: sha256(bytes),
    input: inspectInput(input, wishes),
    classes: { name: classes, kind: kindOfScores(lastStep(makers, classes), classes), length: lengthOf(file, classes) },
    features: features(file, makers, classes),
  };
}

function inspectInput({ name, dims, dataType }: OnnxTensorInfo, { size }: InspectionWishes): Inspection['input'] {
  const dtype = (Object.entries(DATA_TYPE).find(([, id]) => id === dataType) ?? [])[0];
  if (dtype !== 'float32' && dtype !== 'uint8')
    throw new FramewatchError(
      'MODEL_UNSUPPORTED_LAYER',
      `the input ${name} has the ONNX data type ${dataType}; float32 (${DATA_TYPE.float32}) and uint8 (${DATA_TYPE.uint8}) are supported`,
    );
  const picture = (dims ?? []).slice(1);
  if (dims !== null && picture.length !== 3)
    throw new FramewatchError('MODEL_UNSUPPORTED_LAYER', `the input ${name} has ${dims.length} dimensions; a batch of pictures has 4`);
  const layout: NetworkInput['layout'] = picture[2] === 3 && picture[0] !== 3 ? 'nhwc' : 'nchw';
  const [height, width] = layout === 'nchw' ? picture.slice(1) : picture;
  if (typeof height === 'number' && typeof width === 'number' && height !== width)
    throw new FramewatchError('MODEL_UNSUPPORTED_LAYER', `pictures of ${height} × ${width}; a square is needed`);
  return { name, layout, dtype, size: typeof height === 'number' ? height : size };
}

function onlyOutput({ outputs }: OnnxFile): string {
  const [output] = outputs;
  if (output !== undefined && outputs.length === 1) return output.name;
  throw new FramewatchError(
    'MODEL_UNSUPPORTED_LAYER',
    `the ONNX file has ${outputs.length} outputs (${namesOf(outputs)}): name the one with the classes (--output)`,
  );
}

function lengthOf({ outputs }: OnnxFile, name: string): number | null {
  const extents = outputs.find((output) => output.name === name)?.dims?.slice(1) ?? [];
  const isFixed = extents.length > 0 && extents.every((extent) => typeof extent === 'number');
  return isFixed ? extents.reduce<number>((product, extent) => product * extent, 1) : null;
}

function lastStep(makers: ReadonlyMap<string, OnnxNode>, classes: string): LastStep {
  let node = makers.get(classes);
  while (node !== undefined && NEUTRAL.includes(node.opType)) node = makers.get(node.inputs[0] ?? '');
  if (node?.opType === 'Softmax') return 'softmax';
  if (node?.opType === 'Sigmoid') return 'sigmoid';
  if (node?.opType === 'LogSoftmax') return 'other';
  return node !== undefined && [...CLASSIFIERS, 'Add', 'Conv'].includes(node.opType) ? 'linear' : 'unknown';
}

/** What is multiplied with the weights of the last classifier; their extent that is not the number of classes is its length. */
function features(file: OnnxFile, makers: ReadonlyMap<string, OnnxNode>, classes: string): Inspection['features'] {
  let node = makers.get(classes);
  while (node !== undefined && !CLASSIFIERS.includes(node.opType)) {
    if (![...NEUTRAL, 'Softmax', 'Add'].includes(node.opType)) return null;
    node = makers.get(node.inputs[0] ?? '');
  }
  const [feed, kernel] = node?.inputs ?? [];
  const dims = file.constants.get(kernel ?? '')?.dims;
  if (feed === undefined || dims?.length !== 2 || !makers.has(feed)) return null;
  const length = lengthOf(file, classes);
  const [one = 0, other = 0] = dims;
  return { name: feed, size: one === length ? other : one };
}

/** As in a manifest: letters, digits, `.`, `-` and `_`. */
function fileName(path: string): string {
  const name = basename(path).replace(/[^\w.-]/g, '_');
  return /^[\w-]/.test(name) ? name : `model${name}`;
}

function namesOf(tensors: readonly OnnxTensorInfo[]): string {
  return tensors.map(({ name }) => name).join(', ');
}
