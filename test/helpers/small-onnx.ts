import {
  ATTRIBUTE_TYPE,
  type AttributeMessage,
  DATA_TYPE,
  encodeModel,
  type NodeMessage,
  type TensorMessage,
} from '../../src/engine/onnx/onnx-message.ts';
import { noise } from './small-model.ts';

export interface SmallOnnxOptions {
  readonly size?: number;
  readonly layout?: 'nchw' | 'nhwc';
  readonly dtype?: 'float32' | 'uint8';
  /** Of the input: a number fixes it. */
  readonly batch?: number | string;
  /** Ends in a softmax. */
  readonly softmax?: boolean;
  /** Names of the tensors at both ends and before the classifier. */
  readonly names?: { readonly input: string; readonly classes: string; readonly features: string };
  /** Constants are inputs as well, as files before IR version 4 have it. */
  readonly constantsAreInputs?: boolean;
  readonly opset?: number;
  /** Results as `[N, labels, 1, 1]`. */
  readonly wide?: boolean;
  /** Its classifier has no weights: it says the same of every picture. */
  readonly blind?: boolean;
}

const CHANNELS = 5;
export const ONNX_LABELS = 3;

/**
 * An .onnx file as other programs write them: a convolution, a pool over everything, a reshape that holds it to the batch it was written for, a classifier.
 * Weights are drawn from a fixed sequence.
 */
export function smallOnnx(options: SmallOnnxOptions = {}): Uint8Array {
  const { size = 9, layout = 'nchw', dtype = 'float32', batch = 1, softmax = true, opset = 8, wide = false } = options;
  const { input, classes, features } = options.names ?? { input: 'data_0', classes: 'prob_1', features: 'pool_1' };
  const dims = layout === 'nchw' ? [batch, 3, size, size] : [batch, size, size, 3];
  const constants = [
    floats('conv/w', [CHANNELS, 3, 3, 3], 11, 0.3),
    floats('fc/w', [CHANNELS, ONNX_LABELS], 12, options.blind === true ? 0 : 1.5),
    floats('fc/b', [ONNX_LABELS], 13, 0.5),
    integers('shape', [typeof batch === 'number' ? batch : -1, CHANNELS]),
    ...(wide ? [integers('wide', [typeof batch === 'number' ? batch : -1, ONNX_LABELS, 1, 1])] : []),
  ];
  const last = softmax ? 'logits' : classes;
  const nodes = [
    ...(dtype === 'uint8' ? [node('Cast', [input], 'floats', [{ name: 'to', type: ATTRIBUTE_TYPE.int, i: DATA_TYPE.float32 }])] : []),
    ...(layout === 'nhwc' ? [node('Transpose', [dtype === 'uint8' ? 'floats' : input], 'turned', [ints('perm', [0, 3, 1, 2])])] : []),
    node('Conv', [layout === 'nhwc' ? 'turned' : dtype === 'uint8' ? 'floats' : input, 'conv/w'], 'conv', [ints('kernel_shape', [3, 3])]),
    node('Relu', ['conv'], 'relu'),
    node('GlobalAveragePool', ['relu'], 'pooled'),
    node('Reshape', ['pooled', 'shape'], features),
    node('Gemm', [features, 'fc/w', 'fc/b'], wide ? 'narrow' : last),
    ...(wide ? [node('Reshape', ['narrow', 'wide'], last)] : []),
    ...(softmax ? [node('Softmax', ['logits'], classes, [{ name: 'axis', type: ATTRIBUTE_TYPE.int, i: 1 }])] : []),
  ];
  const outputDims = wide ? [batch, ONNX_LABELS, 1, 1] : [batch, ONNX_LABELS];
  const inputs = [value(input, DATA_TYPE[dtype], dims)];
  if (options.constantsAreInputs === true) inputs.push(...constants.map((tensor) => value(tensor.name, tensor.dataType, tensor.dims)));
  return encodeModel({
    irVersion: options.constantsAreInputs === true ? 3 : 8,
    producerName: 'a test',
    producerVersion: '1',
    opsetImport: [{ domain: '', version: opset }],
    graph: { name: 'small', node: nodes, initializer: constants, input: inputs, output: [value(classes, DATA_TYPE.float32, outputDims)] },
  });
}

function node(opType: string, input: readonly string[], output: string, attribute: readonly AttributeMessage[] = []): NodeMessage {
  return { name: output, opType, input, output: [output], attribute };
}

function ints(name: string, values: readonly number[]): AttributeMessage {
  return { name, type: ATTRIBUTE_TYPE.ints, ints: values };
}

function floats(name: string, dims: readonly number[], seed: number, spread: number): TensorMessage {
  const length = dims.reduce((product, extent) => product * extent, 1);
  const values = Float32Array.from(noise(length, seed), (byte) => spread * (byte / 127.5 - 1));
  return { name, dims, dataType: DATA_TYPE.float32, rawData: new Uint8Array(values.buffer) };
}

function integers(name: string, values: readonly number[]): TensorMessage {
  return { name, dims: [values.length], dataType: DATA_TYPE.int64, rawData: new Uint8Array(BigInt64Array.from(values, BigInt).buffer) };
}

function value(name: string, elemType: number, dims: readonly (number | string)[]) {
  const dim = dims.map((extent) => (typeof extent === 'string' ? { dimParam: extent } : { dimValue: extent }));
  return { name, type: { tensorType: { elemType, shape: { dim } } } };
}
