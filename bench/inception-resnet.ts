// A full-size Inception-ResNet-v2 with random weights, as Keras builds it (1,000 classes, 299 × 299, 55.9 million parameters), converted to ONNX and held against TensorFlow.js.
// node --import ./bench/typescript-loader.mjs bench/inception-resnet.ts
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as TensorFlow from '@tensorflow/tfjs';
import type { Backend } from '../src/engine/backend.ts';
import { openOnnx } from '../src/engine/backends/onnx.ts';
import { registerResidualLayers } from '../src/engine/backends/residual-layers.ts';
import { openWasm, startWasm } from '../src/engine/backends/wasm.ts';
import { prepareModel } from '../src/engine/models/model-preparation.ts';
import { sha256 } from '../src/engine/models/sha256.ts';
import { DRAWING_NAMES, drawTestPicture } from '../src/engine/self-test/test-picture.ts';
import { silentLogger } from '../src/util/logger.ts';

type Tensor = TensorFlow.SymbolicTensor;
type Tf = typeof TensorFlow;

const SIZE = 299;
const CLASSES = 1000;
const NAME = 'random-inception-resnet-v2';

/** Source of the architecture: keras/src/applications/inception_resnet_v2.py and Szegedy et al. 2016, https://arxiv.org/abs/1602.07261. */
function inceptionResnet(tf: Tf): TensorFlow.LayersModel {
  const { CustomScaleLayer } = registerResidualLayers(tf);
  const then = (layer: TensorFlow.layers.Layer, x: Tensor | Tensor[]) => layer.apply(x) as Tensor;
  const relu = (x: Tensor) => then(tf.layers.activation({ activation: 'relu' }), x);
  const conv = (x: Tensor, filters: number, kernelSize: number | [number, number], strides = 1, padding: 'same' | 'valid' = 'same') =>
    relu(then(tf.layers.batchNormalization({ scale: false }), then(tf.layers.conv2d({ filters, kernelSize, strides, padding, useBias: false }), x)));
  const join4 = (branches: Tensor[], name?: string) => then(tf.layers.concatenate({ axis: 3, ...(name === undefined ? {} : { name }) }), branches);
  const block = (x: Tensor, scale: number, branches: Tensor[], name: string, activated = true) => {
    const up = then(
      tf.layers.conv2d({ filters: x.shape[3] ?? 0, kernelSize: 1, padding: 'same', name: `${name}_conv` }),
      join4(branches, `${name}_mixed`),
    );
    const sum = then(new CustomScaleLayer({ name: `${name}_scale`, scale }), [x, up]);
    return activated ? relu(sum) : sum;
  };
  const input = tf.input({ shape: [SIZE, SIZE, 3] });
  let x = conv(conv(conv(input, 32, 3, 2, 'valid'), 32, 3, 1, 'valid'), 64, 3);
  x = then(tf.layers.maxPooling2d({ poolSize: 3, strides: 2 }), x);
  x = conv(conv(x, 80, 1, 1, 'valid'), 192, 3, 1, 'valid');
  x = then(tf.layers.maxPooling2d({ poolSize: 3, strides: 2 }), x);
  const pooled = then(tf.layers.averagePooling2d({ poolSize: 3, strides: 1, padding: 'same' }), x);
  x = join4([conv(x, 96, 1), conv(conv(x, 48, 1), 64, 5), conv(conv(conv(x, 64, 1), 96, 3), 96, 3), conv(pooled, 64, 1)], 'mixed_5b');
  for (let index = 1; index <= 10; index++)
    x = block(x, 0.17, [conv(x, 32, 1), conv(conv(x, 32, 1), 32, 3), conv(conv(conv(x, 32, 1), 48, 3), 64, 3)], `block35_${index}`);
  const shrunk = (from: Tensor) => then(tf.layers.maxPooling2d({ poolSize: 3, strides: 2 }), from);
  x = join4([conv(x, 384, 3, 2, 'valid'), conv(conv(conv(x, 256, 1), 256, 3), 384, 3, 2, 'valid'), shrunk(x)], 'mixed_6a');
  for (let index = 1; index <= 20; index++)
    x = block(x, 0.1, [conv(x, 192, 1), conv(conv(conv(x, 128, 1), 160, [1, 7]), 192, [7, 1])], `block17_${index}`);
  x = join4(
    [
      conv(conv(x, 256, 1), 384, 3, 2, 'valid'),
      conv(conv(x, 256, 1), 288, 3, 2, 'valid'),
      conv(conv(conv(x, 256, 1), 288, 3), 320, 3, 2, 'valid'),
      shrunk(x),
    ],
    'mixed_7a',
  );
  for (let index = 1; index <= 10; index++) {
    const branches = [conv(x, 192, 1), conv(conv(conv(x, 192, 1), 224, [1, 3]), 256, [3, 1])];
    x = block(x, index === 10 ? 1 : 0.2, branches, `block8_${index}`, index < 10);
  }
  const features = then(tf.layers.globalAveragePooling2d({ name: 'avg_pool' }), conv(x, 1536, 1));
  return tf.model({ inputs: input, outputs: then(tf.layers.dense({ units: CLASSES, activation: 'softmax', name: 'predictions' }), features) });
}

/** Weights of a fixed sequence, as large as keeps the signal's size from layer to layer. */
function randomWeights(weights: readonly TensorFlow.LayerVariable[]): Float32Array[] {
  let state = 42;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  };
  return weights.map(({ name, shape }) => {
    const extents = shape.map((extent) => extent ?? 1);
    const count = extents.reduce((product, extent) => product * extent, 1);
    const spread = Math.sqrt(6 / (count / (extents.at(-1) ?? 1)));
    return Float32Array.from({ length: count }, () =>
      name.includes('variance') ? 1 + 0.5 * next() : extents.length > 1 ? spread * next() : 0.1 * next(),
    );
  });
}

async function write(modelsDir: string): Promise<number> {
  const { tensorflow: tf } = await startWasm(0);
  const model = inceptionResnet(tf);
  const values = randomWeights(model.weights);
  const specs = model.weights.map(({ originalName, shape }) => ({ name: originalName, shape: shape.map((extent) => extent ?? 1), dtype: 'float32' }));
  const data = Buffer.concat(values.map((array) => Buffer.from(array.buffer)));
  const topology = JSON.stringify({
    modelTopology: model.toJSON(null, false),
    weightsManifest: [{ paths: ['weights.bin'], weights: specs }],
  });
  const parameters = model.countParams();
  model.dispose();
  const folder = join(modelsDir, NAME);
  mkdirSync(folder);
  writeFileSync(join(folder, 'model.json'), topology);
  writeFileSync(join(folder, 'weights.bin'), data);
  writeFileSync(join(folder, 'labels.yaml'), Array.from({ length: CLASSES }, (_, index) => `- name: class ${index}\n`).join(''));
  const manifest = {
    ...{
      schema: 1,
      name: NAME,
      title: 'Random',
      architecture: 'inception-resnet-v2',
      format: 'tfjs-layers',
      labels: 'labels.yaml',
      selfTest: 'none',
    },
    source: { folder: '.', topologySha256: sha256(Buffer.from(topology)) },
    weightsSha256: sha256(data),
    input: { size: SIZE, layout: 'nhwc', dtype: 'float32', colourOrder: 'rgb', fit: 'stretch', normalisation: { mean: 127.5, scale: 127.5 } },
    outputs: { probabilities: { layer: 'predictions' }, features: { layer: 'avg_pool', size: 1536 } },
    license: { spdx: 'Apache-2.0', origin: 'bench/inception-resnet.ts' },
  };
  writeFileSync(join(folder, 'model.yaml'), JSON.stringify(manifest));
  return parameters;
}

async function ask(
  backend: Backend,
  pictures: readonly Uint8Array[],
): Promise<{ readonly said: readonly { readonly probabilities: Float32Array; readonly features: Float32Array }[]; readonly ms: number }> {
  await backend.run(pictures[0] ?? new Uint8Array(), 1);
  const start = performance.now();
  const said = [];
  for (const picture of pictures) {
    const { probabilities, features } = await backend.run(picture, 1);
    said.push({ probabilities, features: features ?? new Float32Array() });
  }
  const ms = (performance.now() - start) / pictures.length;
  await backend.close();
  return { said, ms };
}

const modelsDir = mkdtempSync(join(tmpdir(), 'framewatch-resnet-'));
try {
  const parameters = await write(modelsDir);
  const start = performance.now();
  const model = await prepareModel({ name: NAME, modelsDir, stateDir: join(modelsDir, 'state'), logger: silentLogger });
  const convertSeconds = (performance.now() - start) / 1000;
  const pictures = DRAWING_NAMES.map((drawing) => drawTestPicture(drawing, 1, SIZE));
  const options = { device: 'cpu', threads: 0, features: true } as const;
  const onnx = await ask(await openOnnx(model, options), pictures);
  const wasm = await ask(await openWasm(model, options), pictures);
  const largest = (of: 'probabilities' | 'features') =>
    Math.max(
      ...wasm.said.map((said, picture) =>
        said[of].reduce((most, value, at) => Math.max(most, Math.abs(value - (onnx.said[picture]?.[of][at] ?? Number.NaN))), 0),
      ),
    );
  const highest = (of: 'probabilities' | 'features') =>
    Math.max(...wasm.said.map((said) => said[of].reduce((most, value) => Math.max(most, Math.abs(value)), 0)));
  process.stdout.write(
    [
      `${parameters} parameters, converted in ${convertSeconds.toFixed(1)} s`,
      `onnx ${onnx.ms.toFixed(0)} ms a picture, wasm ${wasm.ms.toFixed(0)} ms`,
      `largest difference of a probability ${largest('probabilities').toExponential(1)} (highest probability ${highest('probabilities').toFixed(3)})`,
      `largest difference of a feature ${largest('features').toExponential(1)} (highest feature ${highest('features').toFixed(3)})`,
      '',
    ].join('\n'),
  );
} finally {
  rmSync(modelsDir, { recursive: true, force: true });
}
process.exit(0);
