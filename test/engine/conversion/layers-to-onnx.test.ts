import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { layers, SymbolicTensor } from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openOnnx } from '../../../src/engine/backends/onnx.ts';
import { registerResidualLayers } from '../../../src/engine/backends/residual-layers.ts';
import { type ConversionOptions, convertToOnnx } from '../../../src/engine/conversion/layers-to-onnx.ts';
import { prepareModel } from '../../../src/engine/models/model-preparation.ts';
import { NO_NORMALISATION } from '../../../src/engine/network-source.ts';
import { silentLogger } from '../../../src/util/logger.ts';
import { LABELS, noise, referenceRun, type SmallModelOptions, type Tf, writeSmallModel } from '../../helpers/small-model.ts';

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

/** Layers that follow one another. */
const chain = (x: SymbolicTensor, ...layers: readonly layers.Layer[]) => layers.reduce((from, layer) => layer.apply(from) as SymbolicTensor, x);
/** Each activation behind a convolution of its own, joined. */
const bent = (tf: Tf, x: SymbolicTensor, activations: readonly layers.Layer[]) =>
  tf.layers.concatenate().apply(activations.map((layer) => layer.apply(conv(tf, x)) as SymbolicTensor)) as SymbolicTensor;

const MORE_NETWORKS: Readonly<Record<string, Build>> = {
  'activations by name': (tf, x) => {
    const names = ['elu', 'hardSigmoid', 'relu6', 'selu', 'sigmoid', 'softplus', 'softsign', 'swish', 'mish', 'linear'] as const;
    return classify(
      tf,
      flatten(
        tf,
        bent(
          tf,
          x,
          names.map((activation) => tf.layers.activation({ activation })),
        ),
      ),
    );
  },
  'activations as layers': (tf, x) => {
    const sharedAxes = [1, 2];
    const made = [tf.layers.leakyReLU({ alpha: 0.2 }), tf.layers.prelu({ sharedAxes }), tf.layers.elu(), tf.layers.reLU({ maxValue: 0.4 })];
    return classify(tf, flatten(tf, bent(tf, x, made)));
  },
  'DepthwiseConv2D, two results a channel, stride 2, same': (tf, x) =>
    classify(
      tf,
      flatten(tf, chain(x, tf.layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, strides: 2, padding: 'same', activation: 'relu' }))),
    ),
  'SeparableConv2D with a normalisation behind it': (tf, x) =>
    classify(
      tf,
      flatten(
        tf,
        chain(x, tf.layers.separableConv2d({ filters: 5, kernelSize: [3, 2], depthMultiplier: 2, padding: 'same' }), tf.layers.batchNormalization()),
      ),
    ),
  'Dense on a picture mixes channels': (tf, x) => classify(tf, flatten(tf, chain(x, tf.layers.dense({ units: 4, activation: 'tanh' })))),
  'Reshape to a picture and back': (tf, x) => {
    const picture = chain(flatten(tf, x), tf.layers.reshape({ targetShape: [11, -1, 11] }), tf.layers.conv2d({ filters: 4, kernelSize: 2 }));
    return classify(tf, chain(picture, tf.layers.reshape({ targetShape: [80] })));
  },
  'Cropping2D and padding by numbers': (tf, x) => {
    const cropping: [[number, number], [number, number]] = [
      [1, 2],
      [0, 3],
    ];
    return classify(
      tf,
      flatten(
        tf,
        chain(x, tf.layers.cropping2D({ cropping }), tf.layers.zeroPadding2d({ padding: 2 }), tf.layers.conv2d({ filters: 3, kernelSize: 3 })),
      ),
    );
  },
  'Add of three, Average, Maximum, Minimum, Multiply': (tf, x) => {
    const branches = [conv(tf, x), conv(tf, x), conv(tf, x)];
    const merges = [tf.layers.add(), tf.layers.average(), tf.layers.maximum(), tf.layers.minimum(), tf.layers.multiply()];
    const merged = merges.map((layer) => layer.apply(branches) as SymbolicTensor);
    return classify(tf, flatten(tf, tf.layers.concatenate().apply(merged) as SymbolicTensor));
  },
  'dropouts and noises change nothing': (tf, x) =>
    classify(
      tf,
      flatten(
        tf,
        chain(conv(tf, x), tf.layers.gaussianNoise({ stddev: 1 }), tf.layers.gaussianDropout({ rate: 0.3 }), tf.layers.alphaDropout({ rate: 0.3 })),
      ),
    ),
  'Rescaling in the network': (tf, x) =>
    classify(tf, flatten(tf, chain(x, tf.layers.rescaling({ scale: 3, offset: -1 }), tf.layers.conv2d({ filters: 3, kernelSize: 3 })))),
  'a model inside of a model, one of them Sequential': (tf, x) => {
    const input = tf.input({ shape: [11, 11, 3] });
    const inner = tf.model({ inputs: input, outputs: chain(conv(tf, input), tf.layers.batchNormalization(), tf.layers.globalAveragePooling2d({})) });
    const head = tf.sequential({ layers: [tf.layers.dense({ units: 6, activation: 'relu', inputShape: [4] }), tf.layers.dropout({ rate: 0.2 })] });
    return classify(tf, chain(x, inner, head));
  },
  'residual connections as Keras 2.13 writes them': (tf, x) => {
    const branch = conv(tf, x, { filters: 3, padding: 'same' });
    return classify(
      tf,
      flatten(
        tf,
        new (registerResidualLayers(tf).CustomScaleLayer)({ name: 'custom_scale_layer', scale: 0.17 }).apply([x, branch]) as SymbolicTensor,
      ),
    );
  },
  'residual connections as older Keras writes them': (tf, x) => {
    const branch = conv(tf, x, { filters: 3, padding: 'same' });
    return classify(
      tf,
      flatten(tf, new (registerResidualLayers(tf).Lambda)({ name: 'block17_3', arguments: { scale: 0.1 } }).apply([x, branch]) as SymbolicTensor),
    );
  },
};

const INPUTS: Readonly<Record<string, SmallModelOptions>> = {
  'a mean and a scale': { mean: 127.5, scale: 127.5 },
  'colours as BGR': { colourOrder: 'bgr' },
  'BGR, normalised colour by colour': { colourOrder: 'bgr', mean: [120, 60, 10], scale: [100, 150, 200] },
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

  it.each(Object.entries(MORE_NETWORKS))('%s', async (title, build) => {
    expect(await difference(build, { name: `m${Object.keys(MORE_NETWORKS).indexOf(title)}` })).toBeLessThan(1e-5);
  });

  it.each(Object.entries(INPUTS))('input: %s', async (title, options) => {
    const build = NETWORKS['Conv2D same, even window'] as Build;
    expect(await difference(build, { ...options, name: `i${Object.keys(INPUTS).indexOf(title)}` })).toBeLessThan(1e-5);
  });
});

describe('convertToOnnx refuses', () => {
  const options: ConversionOptions = {
    name: 'x',
    inputSize: 4,
    input: { colourOrder: 'rgb', normalisation: NO_NORMALISATION },
    outputs: { classes: 'last', kind: 'probabilities', features: null },
  };
  const topology = (className: string, config: object) => ({
    class_name: 'Sequential',
    config: { layers: [{ class_name: className, config: { name: 'last', batch_input_shape: [null, 4, 4, 3], ...config } }] },
  });
  const convert =
    (className: string, config: object, changed: Partial<ConversionOptions> = {}) =>
    () =>
      convertToOnnx({ topology: topology(className, config), specs: [], data: new Uint8Array() }, { ...options, ...changed });

  it('an unknown layer, by name and class', () => {
    expect(convert('LocallyConnected2D', {})).toThrow(
      expect.objectContaining({ code: 'MODEL_UNSUPPORTED_LAYER', message: expect.stringMatching(/layer last \(LocallyConnected2D\)/) }),
    );
  });

  it.each([
    ['code in a Lambda', 'Lambda', { arguments: { scale: 0.1 } }, /last \(Lambda\): holds code/],
    ['an unknown activation', 'Activation', { activation: 'softmin' }, /last \(Activation\): activation softmin/],
    ['channels-first pictures', 'MaxPooling2D', { data_format: 'channels_first' }, /channels_first/],
    ['a normalisation over another axis than the channels', 'BatchNormalization', { axis: 1 }, /axis 1; only the channels/],
    ['a window that is larger than the picture', 'MaxPooling2D', { pool_size: 5 }, /a window of 5 × 5 does not fit/],
    ['a shape of another size', 'Reshape', { target_shape: [5, 5] }, /target_shape \[5,5\]/],
    ['an output that is not a vector', 'MaxPooling2D', {}, /not a vector/],
  ])('%s', (_, className, config, message) => {
    expect(convert(className, config)).toThrow(message);
  });

  it('weights that are not there', () => {
    expect(convert('Conv2D', { padding: 'valid' })).toThrow(
      expect.objectContaining({ code: 'MODEL_INVALID', message: 'layer last: the weights hold no kernel' }),
    );
  });

  it('pictures of another size than the manifest says', () => {
    expect(convert('Flatten', {}, { inputSize: 5 })).toThrow('the manifest says pictures of 5 × 5, the model wants 4 × 4');
  });

  it('a layer that does not exist', () => {
    expect(convert('Flatten', {}, { outputs: { ...options.outputs, classes: 'nowhere' } })).toThrow(/no layer nowhere/);
  });
});
