import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type * as TensorFlow from '@tensorflow/tfjs';
import { sha256 } from '../../src/engine/models/sha256.ts';
import { digestOf } from '../../src/engine/self-test/feature-digest.ts';
import { drawTestPicture } from '../../src/engine/self-test/test-picture.ts';

export type Tf = typeof TensorFlow;

export interface SmallModel {
  readonly name: string;
  /** The folder in which the model's folder lies. */
  readonly modelsDir: string;
  /** The model as TensorFlow.js holds it, on its plain JavaScript backend: what every conversion is compared with. */
  readonly reference: TensorFlow.LayersModel;
  readonly tf: Tf;
  readonly inputSize: number;
}

export interface SmallModelOptions {
  readonly name?: string;
  readonly inputSize?: number;
  /** One number, or one for red, green, blue. */
  readonly mean?: number | number[];
  readonly scale?: number | number[];
  readonly colourOrder?: 'rgb' | 'bgr';
  /** Store one byte a weight. */
  readonly quantised?: boolean;
  /** Name of the layer before the classifier, with its length. */
  readonly features?: { readonly layer: string; readonly size: number };
}

export const LABELS: readonly string[] = ['cat', 'dog', 'owl'];

/** TensorFlow.js on plain JavaScript: slow, simple, exact in float32. Loaded the CommonJS way, as the backends do. */
async function plainTensorFlow(): Promise<Tf> {
  const tf = createRequire(import.meta.url)('@tensorflow/tfjs') as Tf;
  // Else it advertises its native package on the console.
  tf.enableProdMode();
  await tf.setBackend('cpu');
  return tf;
}

/**
 * Writes a model folder (manifest, labels, topology, weights) around a network that the test makes. Weights are drawn from a fixed
 * sequence, moving variances are positive; the self-test's expected values are what TensorFlow.js says.
 */
export async function writeSmallModel(
  modelsDir: string,
  build: (tf: Tf, input: TensorFlow.SymbolicTensor) => TensorFlow.SymbolicTensor,
  options: SmallModelOptions = {},
): Promise<SmallModel> {
  const { name = 'small', inputSize = 11, mean = 0, scale = 255, colourOrder = 'rgb' } = options;
  const tf = await plainTensorFlow();
  const input = tf.input({ shape: [inputSize, inputSize, 3] });
  const reference = tf.model({ inputs: input, outputs: build(tf, input) });
  giveWeights(tf, reference);
  const folder = join(modelsDir, name);
  mkdirSync(folder, { recursive: true });

  let weights: Buffer = Buffer.alloc(0);
  let topology = '';
  await reference.save(
    tf.io.withSaveHandler(async (artifacts) => {
      const stored = store(tf, artifacts, options.quantised === true);
      weights = stored.data;
      topology = JSON.stringify({ modelTopology: artifacts.modelTopology, weightsManifest: [{ paths: ['weights.bin'], weights: stored.specs }] });
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
  );
  if (options.quantised === true) reference.setWeights(reference.getWeights().map((tensor) => rounded(tf, tensor)));
  writeFileSync(join(folder, 'weights.bin'), weights);
  writeFileSync(join(folder, 'model.json'), topology);
  writeFileSync(join(folder, 'labels.yaml'), LABELS.map((label) => `- name: ${label}\n`).join(''));

  const model: SmallModel = { name, modelsDir, reference, tf, inputSize };
  const probabilities = reference.layers.at(-1)?.name ?? '';
  const manifest = {
    schema: 1,
    name,
    title: 'Made by a test',
    architecture: 'small',
    format: 'tfjs-layers',
    source: { folder: '.', topologySha256: sha256(Buffer.from(topology)) },
    weightsSha256: sha256(weights),
    input: { size: inputSize, layout: 'nhwc', dtype: 'float32', colourOrder, fit: 'stretch', normalisation: { mean, scale } },
    outputs: { probabilities: { layer: probabilities }, ...(options.features === undefined ? {} : { features: options.features }) },
    labels: 'labels.yaml',
    defaultRules: { pets: { labels: ['cat', 'dog'] } },
    license: { spdx: 'Apache-2.0', origin: 'made by a test' },
    selfTest: { tolerance: 0.01, ...(options.features === undefined ? {} : { featureTolerance: 0.01 }), pictures: [expectation(model, options)] },
  };
  // JSON is YAML.
  writeFileSync(join(folder, 'model.yaml'), JSON.stringify(manifest, null, 2));
  return model;
}

/** What TensorFlow.js says about pictures: RGB bytes, `size × inputSize² × 3`. */
export function referenceRun(model: SmallModel, pixels: Uint8Array, size: number, options: SmallModelOptions = {}): Float32Array {
  const { tf, inputSize, reference } = model;
  return tf.tidy(() => {
    const raw = tf.tensor4d(pixels, [size, inputSize, inputSize, 3], 'int32');
    const normalised = raw
      .toFloat()
      .sub(options.mean ?? 0)
      .div<TensorFlow.Tensor4D>(options.scale ?? 255);
    const predicted = reference.predict(options.colourOrder === 'bgr' ? tf.reverse(normalised, 3) : normalised) as TensorFlow.Tensor;
    return predicted.dataSync<'float32'>();
  });
}

/** Bytes of a fixed sequence: pictures without meaning. */
export function noise(length: number, seed = 1): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
}

function expectation(model: SmallModel, options: SmallModelOptions) {
  const picture = drawTestPicture('ellipses', 1, model.inputSize);
  const said = referenceRun(model, picture, 1, options);
  const expected = Object.fromEntries(LABELS.map((label, index) => [label, said[index] ?? 0]));
  const { reference, tf } = model;
  const output = options.features && reference.getLayer(options.features.layer).output;
  if (output === undefined) return { drawing: 'ellipses', seed: 1, expected };
  const upToFeatures = { ...model, reference: tf.model({ inputs: reference.inputs, outputs: output }) };
  return { drawing: 'ellipses', seed: 1, expected, features: digestOf(referenceRun(upToFeatures, picture, 1, options)) };
}

function giveWeights(tf: Tf, model: TensorFlow.LayersModel): void {
  let seed = 7;
  for (const weight of model.weights) {
    const extents = weight.shape.map((extent) => extent ?? 1);
    const count = extents.reduce((product, extent) => product * extent, 1);
    const positive = weight.name.includes('variance') || weight.name.includes('gamma');
    // By the number of feeding values, so that no activation and no softmax saturates and hides a difference.
    const spread = extents.length > 1 ? 2 / Math.sqrt(count / (extents.at(-1) ?? 1)) : 0.5;
    const values = Float32Array.from(noise(count, seed++), (byte) => (positive ? 0.5 + byte / 255 : spread * (byte / 127.5 - 1)));
    weight.write(tf.tensor(values, extents));
  }
}

/** One scale for all tensors keeps the arithmetic of the test easy to follow: value = byte × SCALE + MIN. */
const SCALE = 1 / 64;
const MIN = -1;

function toByte(value: number): number {
  return Math.max(0, Math.min(255, Math.round((value - MIN) / SCALE)));
}

function rounded(tf: Tf, tensor: TensorFlow.Tensor): TensorFlow.Tensor {
  return tf.tensor(
    Float32Array.from(tensor.dataSync(), (value) => toByte(value) * SCALE + MIN),
    tensor.shape,
  );
}

function store(tf: Tf, artifacts: TensorFlow.io.ModelArtifacts, quantised: boolean): { readonly specs: readonly object[]; readonly data: Buffer } {
  const specs = artifacts.weightSpecs ?? [];
  const floats = new Float32Array(tf.io.CompositeArrayBuffer.join(artifacts.weightData ?? new ArrayBuffer(0)));
  if (!quantised) return { specs, data: Buffer.from(floats.buffer) };
  return {
    specs: specs.map((spec) => ({ ...spec, quantization: { dtype: 'uint8', scale: SCALE, min: MIN } })),
    data: Buffer.from(Uint8Array.from(floats, toByte)),
  };
}
