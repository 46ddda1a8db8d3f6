import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type * as TensorFlow from '@tensorflow/tfjs';
import { sha256 } from '../../src/engine/models/sha256.ts';
import { LABELS, noise, type Tf } from './small-model.ts';

const SIZE = 8;
const FILTERS = 4;

interface Weight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

const WEIGHTS: readonly Weight[] = [
  weight('conv/w', [3, 3, 3, FILTERS], 21, 0.4),
  weight('conv/b', [FILTERS], 22, 0.3),
  weight('fc/w', [FILTERS, LABELS.length], 23, 1.5),
];

export interface SmallGraph {
  readonly name: string;
  readonly modelsDir: string;
  readonly inputSize: number;
  readonly featureSize: number;
}

/** Writes a model folder around a graph of TensorFlow, as the TensorFlow.js converter writes frozen ones. Pictures are normalised to −1…1. */
export function writeSmallGraph(modelsDir: string, options: { readonly name?: string; readonly logits?: boolean } = {}): SmallGraph {
  const { name = 'graph', logits = false } = options;
  const folder = join(modelsDir, name);
  mkdirSync(folder, { recursive: true });
  const data = Buffer.concat([...WEIGHTS.map(({ values }) => Buffer.from(values.buffer)), Buffer.from(Int32Array.of(1, 2).buffer)]);
  const specs = [...WEIGHTS.map(({ name: of, shape }) => ({ name: of, shape, dtype: 'float32' })), { name: 'axes', shape: [2], dtype: 'int32' }];
  const tensorInfo = (of: string, dims: readonly number[]) => ({
    name: `${of}:0`,
    dtype: 'DT_FLOAT',
    tensorShape: { dim: dims.map((size) => ({ size: String(size) })) },
  });
  const last = logits ? 'fc' : 'softmax';
  const modelJson = JSON.stringify({
    format: 'graph-model',
    generatedBy: '2.9.1',
    signature: { inputs: { x: tensorInfo('x', [-1, SIZE, SIZE, 3]) }, outputs: { scores: tensorInfo(last, [-1, LABELS.length]) } },
    modelTopology: { node: graphNodes(logits), versions: { producer: 1087 } },
    weightsManifest: [{ paths: ['group1-shard1of1.bin'], weights: specs }],
  });
  writeFileSync(join(folder, 'model.json'), modelJson);
  writeFileSync(join(folder, 'group1-shard1of1.bin'), data);
  writeFileSync(join(folder, 'labels.yaml'), LABELS.map((label) => `- name: ${label}\n`).join(''));
  const manifest = {
    schema: 1,
    ...{ name, title: 'A graph made by a test', architecture: 'small', format: 'tfjs-graph' },
    source: { folder: '.', topologySha256: sha256(Buffer.from(modelJson)) },
    weightsSha256: sha256(data),
    input: {
      name: 'x',
      size: SIZE,
      layout: 'nhwc',
      dtype: 'float32',
      colourOrder: 'rgb',
      fit: 'stretch',
      normalisation: { mean: 127.5, scale: 127.5 },
    },
    outputs: { [logits ? 'logits' : 'probabilities']: { tensor: `${last}:0` }, features: { tensor: 'pool', size: FILTERS } },
    labels: 'labels.yaml',
    license: { spdx: 'Apache-2.0', origin: 'made by a test' },
    selfTest: 'none',
  };
  writeFileSync(join(folder, 'model.yaml'), JSON.stringify(manifest, null, 2));
  return { name, modelsDir, inputSize: SIZE, featureSize: FILTERS };
}

/** The same arithmetic in operations of TensorFlow.js on plain JavaScript. */
export async function graphReference(
  pixels: Uint8Array,
  size: number,
): Promise<{ readonly probabilities: Float32Array; readonly features: Float32Array }> {
  const tf = createRequire(import.meta.url)('@tensorflow/tfjs') as Tf;
  tf.enableProdMode();
  await tf.setBackend('cpu');
  const weightOf = (name: string) => WEIGHTS.find((candidate) => candidate.name === name) ?? weight(name, [], 0, 0);
  const { values, shape } = weightOf('conv/w');
  const kernel = tf.tensor4d(values, shape as [number, number, number, number]);
  const classifier = tf.tensor2d(weightOf('fc/w').values, [FILTERS, LABELS.length]);
  const input = tf.tensor4d(pixels, [size, SIZE, SIZE, 3], 'int32').toFloat().sub(127.5).div<TensorFlow.Tensor4D>(127.5);
  const conv = tf
    .conv2d(input, kernel, 1, 'same')
    .add(tf.tensor1d(weightOf('conv/b').values))
    .relu();
  const features = conv.mean([1, 2]);
  const probabilities = tf.softmax(features.matMul(classifier));
  return { probabilities: probabilities.dataSync<'float32'>(), features: features.dataSync<'float32'>() };
}

function graphNodes(logits: boolean): readonly object[] {
  const T = { type: 'DT_FLOAT' };
  const constant = (name: string, dtype: string, dims: readonly number[]) => ({
    ...{ name, op: 'Const' },
    attr: { dtype: { type: dtype }, value: { tensor: { dtype, tensorShape: { dim: dims.map((size) => ({ size: String(size) })) } } } },
  });
  const text = (value: string) => ({ s: Buffer.from(value).toString('base64') });
  return [
    { name: 'x', op: 'Placeholder', attr: { dtype: T, shape: { shape: { dim: [-1, SIZE, SIZE, 3].map((size) => ({ size: String(size) })) } } } },
    ...WEIGHTS.map(({ name, shape }) => constant(name, 'DT_FLOAT', shape)),
    constant('axes', 'DT_INT32', [2]),
    {
      ...{ name: 'conv', op: 'Conv2D', input: ['x', 'conv/w'] },
      attr: {
        T,
        strides: { list: { i: ['1', '1', '1', '1'] } },
        padding: text('SAME'),
        data_format: text('NHWC'),
        dilations: { list: { i: ['1', '1', '1', '1'] } },
      },
    },
    { name: 'biased', op: 'BiasAdd', input: ['conv', 'conv/b'], attr: { T, data_format: text('NHWC') } },
    { name: 'relu', op: 'Relu', input: ['biased'], attr: { T } },
    { name: 'pool', op: 'Mean', input: ['relu', 'axes'], attr: { T, keep_dims: { b: false } } },
    { name: 'fc', op: 'MatMul', input: ['pool', 'fc/w'], attr: { T, transpose_a: { b: false }, transpose_b: { b: false } } },
    ...(logits ? [] : [{ name: 'softmax', op: 'Softmax', input: ['fc'], attr: { T } }]),
  ];
}

function weight(name: string, shape: readonly number[], seed: number, spread: number): Weight {
  const length = shape.reduce((product, extent) => product * extent, 1);
  return { name, shape, values: Float32Array.from(noise(length, seed), (byte) => spread * (byte / 127.5 - 1)) };
}
