import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SymbolicTensor } from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openOnnx } from '../../src/engine/backends/onnx.ts';
import { convertToOnnx } from '../../src/engine/layers-to-onnx.ts';
import { prepareModel } from '../../src/engine/model-preparation.ts';
import { silentLogger } from '../../src/util/logger.ts';
import { LABELS, noise, referenceRun, type SmallModelOptions, type Tf, writeSmallModel } from '../helpers/small-model.ts';

type Build = (tf: Tf, x: SymbolicTensor) => SymbolicTensor;

/** Ends a network in three probabilities. */
const classify = (tf: Tf, x: SymbolicTensor) => tf.layers.dense({ units: LABELS.length, activation: 'softmax' }).apply(x) as SymbolicTensor;
const flatten = (tf: Tf, x: SymbolicTensor) => tf.layers.flatten().apply(x) as SymbolicTensor;
const conv = (tf: Tf, x: SymbolicTensor, args: object = {}) => tf.layers.conv2d({ filters: 4, kernelSize: 3, ...args }).apply(x) as SymbolicTensor;

const NETWORKS: Readonly<Record<string, Build>> = {
  'Flatten of a picture keeps the order height, width, channel': (tf, x) => classify(tf, flatten(tf, x)),
  'Conv2D valid, with bias and relu': (tf, x) => classify(tf, flatten(tf, conv(tf, x, { activation: 'relu' }))),
  'Conv2D same, stride 2, window 3 × 2': (tf, x) => classify(tf, flatten(tf, conv(tf, x, { padding: 'same', strides: 2, kernelSize: [3, 2] }))),
  'Conv2D same, even window': (tf, x) => classify(tf, flatten(tf, conv(tf, x, { padding: 'same', kernelSize: 4 }))),
  'Conv2D dilated': (tf, x) => classify(tf, flatten(tf, conv(tf, x, { dilationRate: 2, padding: 'same' }))),
  'BatchNormalization without gamma, folded': (tf, x) =>
    classify(tf, flatten(tf, tf.layers.batchNormalization({ scale: false }).apply(conv(tf, x, { useBias: false })) as SymbolicTensor)),
  'BatchNormalization with gamma behind a bias, folded': (tf, x) =>
    classify(tf, flatten(tf, tf.layers.batchNormalization({ epsilon: 0.01 }).apply(conv(tf, x)) as SymbolicTensor)),
  'BatchNormalization behind an activation, not folded': (tf, x) =>
    classify(tf, flatten(tf, tf.layers.batchNormalization({ center: false }).apply(conv(tf, x, { activation: 'relu' })) as SymbolicTensor)),
  'BatchNormalization of a convolution that two layers read, not folded': (tf, x) => {
    const shared = conv(tf, x);
    const normalised = tf.layers.batchNormalization().apply(shared) as SymbolicTensor;
    return classify(tf, flatten(tf, tf.layers.add().apply([shared, normalised]) as SymbolicTensor));
  },
  'BatchNormalization of a vector': (tf, x) => classify(tf, tf.layers.batchNormalization().apply(flatten(tf, x)) as SymbolicTensor),
  'MaxPooling2D valid and same': (tf, x) => {
    const first = tf.layers.maxPooling2d({ poolSize: 3, strides: 2 }).apply(x) as SymbolicTensor;
    return classify(tf, flatten(tf, tf.layers.maxPooling2d({ poolSize: 2, strides: 2, padding: 'same' }).apply(first) as SymbolicTensor));
  },
  'AveragePooling2D same does not count the padding': (tf, x) =>
    classify(tf, flatten(tf, tf.layers.averagePooling2d({ poolSize: 3, strides: 1, padding: 'same' }).apply(x) as SymbolicTensor)),
  'Concatenate of branches': (tf, x) => {
    const branches = [
      conv(tf, x, { padding: 'same' }),
      tf.layers.averagePooling2d({ poolSize: 3, strides: 1, padding: 'same' }).apply(x) as SymbolicTensor,
      x,
    ];
    return classify(tf, flatten(tf, tf.layers.concatenate().apply(branches) as SymbolicTensor));
  },
  'GlobalAveragePooling2D, GlobalMaxPooling2D, joined': (tf, x) => {
    const pooled = [tf.layers.globalAveragePooling2d({}).apply(x) as SymbolicTensor, tf.layers.globalMaxPooling2d({}).apply(x) as SymbolicTensor];
    return classify(tf, tf.layers.concatenate().apply(pooled) as SymbolicTensor);
  },
  'ZeroPadding2D, ReLU, Dropout, activations': (tf, x) => {
    const padded = tf.layers
      .zeroPadding2d({
        padding: [
          [1, 2],
          [0, 3],
        ],
      })
      .apply(x) as SymbolicTensor;
    const bent = tf.layers.reLU().apply(conv(tf, padded, { activation: 'tanh' })) as SymbolicTensor;
    const dropped = tf.layers.dropout({ rate: 0.5 }).apply(flatten(tf, bent)) as SymbolicTensor;
    const hidden = tf.layers.dense({ units: 8, activation: 'sigmoid', useBias: false }).apply(dropped) as SymbolicTensor;
    const narrow = tf.layers.dense({ units: LABELS.length }).apply(hidden) as SymbolicTensor;
    return tf.layers.softmax().apply(narrow) as SymbolicTensor;
  },
};

const INPUTS: Readonly<Record<string, SmallModelOptions>> = {
  'a mean and a scale': { mean: 127.5, scale: 127.5 },
  'colours as BGR': { colourOrder: 'bgr' },
  'weights of one byte': { quantised: true },
};

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'framewatch-convert-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The largest difference between ONNX Runtime on the conversion and TensorFlow.js on the original, over two pictures of noise. */
async function difference(build: Build, options: SmallModelOptions): Promise<number> {
  const small = await writeSmallModel(folder, build, options);
  const model = await prepareModel({ name: small.name, modelsDir: folder, stateDir: join(folder, 'state'), logger: silentLogger });
  const backend = await openOnnx(model, { device: 'cpu', threads: 1, features: false });
  try {
    const pixels = noise(2 * small.inputSize ** 2 * 3);
    const { probabilities } = await backend.run(pixels, 2);
    const expected = referenceRun(small, pixels, 2, options);
    expect(probabilities).toHaveLength(expected.length);
    // Both pictures must be told apart, or the comparison would prove little.
    expect(Math.max(...LABELS.map((_, label) => Math.abs((expected[label] ?? 0) - (expected[LABELS.length + label] ?? 0))))).toBeGreaterThan(1e-3);
    return Math.max(...expected.map((value, index) => Math.abs(value - (probabilities[index] ?? Number.NaN))));
  } finally {
    await backend.close();
  }
}

describe('convertToOnnx computes what TensorFlow.js computes', () => {
  it.each(Object.entries(NETWORKS))('%s', async (title, build) => {
    expect(await difference(build, { name: `n${Object.keys(NETWORKS).indexOf(title)}` })).toBeLessThan(1e-5);
  });

  it.each(Object.entries(INPUTS))('input: %s', async (title, options) => {
    const build = NETWORKS['Conv2D same, even window'] as Build;
    expect(await difference(build, { ...options, name: `i${Object.keys(INPUTS).indexOf(title)}` })).toBeLessThan(1e-5);
  });
});

describe('convertToOnnx refuses', () => {
  const options = {
    name: 'x',
    normalisation: { mean: 0, scale: 1 },
    outputLayers: { probabilities: 'last', features: null },
    colourOrder: 'rgb',
  } as const;
  const topology = (className: string, config: object) => ({
    class_name: 'Sequential',
    config: { layers: [{ class_name: className, config: { name: 'last', batch_input_shape: [null, 4, 4, 3], ...config } }] },
  });
  const convert = (className: string, config: object) => () =>
    convertToOnnx({ topology: topology(className, config), specs: [], data: new Uint8Array() }, options);

  it('an unknown layer, by name and class', () => {
    expect(convert('Lambda', {})).toThrow(
      expect.objectContaining({ code: 'MODEL_UNSUPPORTED_LAYER', message: expect.stringMatching(/layer last \(Lambda\)/) }),
    );
  });

  it('an unknown activation', () => {
    expect(convert('Activation', { activation: 'swish' })).toThrow(/last \(Activation\): activation swish/);
  });

  it('channels-first pictures', () => {
    expect(convert('MaxPooling2D', { data_format: 'channels_first' })).toThrow(/channels_first/);
  });

  it('weights that are not there', () => {
    expect(convert('Conv2D', { padding: 'valid' })).toThrow(
      expect.objectContaining({ code: 'MODEL_INVALID', message: 'layer last: the weights hold no kernel' }),
    );
  });

  it('a normalisation over another axis than the channels', () => {
    expect(convert('BatchNormalization', { axis: 1 })).toThrow(/axis 1; only the channels/);
  });

  it('an output that is not a vector', () => {
    expect(convert('MaxPooling2D', {})).toThrow(/not a vector/);
  });

  it('a layer that does not exist', () => {
    const model = { topology: topology('Flatten', {}), specs: [], data: new Uint8Array() };
    expect(() => convertToOnnx(model, { ...options, outputLayers: { probabilities: 'nowhere', features: null } })).toThrow(/no layer nowhere/);
  });
});
