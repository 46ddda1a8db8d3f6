import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as TensorFlow from '@tensorflow/tfjs';
import { afterAll } from 'vitest';
import { prepareModel } from '../../src/engine/models/model-preparation.ts';
import { DRAWING_NAMES, drawTestPicture } from '../../src/engine/self-test/test-picture.ts';
import { silentLogger } from '../../src/util/logger.ts';
import type { ContractSubject } from '../contracts/engine-contract.ts';
import { LABELS, noise, type Tf, writeSmallModel } from './small-model.ts';

let modelsDir = '';
afterAll(() => {
  if (modelsDir !== '') rmSync(modelsDir, { recursive: true, force: true });
});

let prepared: Promise<ContractSubject> | undefined;

/** A network of a few layers that has a bit of everything, with the word of TensorFlow.js' plain JavaScript about six pictures. */
export function smallSubject(): Promise<ContractSubject> {
  prepared ??= prepare();
  return prepared;
}

const SIZE = 24;
const FEATURES = { layer: 'features', size: 12 };

async function prepare(): Promise<ContractSubject> {
  modelsDir = mkdtempSync(join(tmpdir(), 'framewatch-subject-'));
  const { reference, tf } = await writeSmallModel(modelsDir, network, { inputSize: SIZE, quantised: true, features: FEATURES, mean: 10, scale: 200 });
  const model = await prepareModel({ name: 'small', modelsDir, stateDir: join(modelsDir, 'state'), logger: silentLogger });
  const pictures = [
    ...DRAWING_NAMES.map((drawing) => drawTestPicture(drawing, 5, SIZE)),
    noise(SIZE * SIZE * 3),
    new Uint8Array(SIZE * SIZE * 3).fill(128),
  ];
  const both = tf.model({
    inputs: reference.inputs,
    outputs: [reference.outputs[0], reference.getLayer(FEATURES.layer).output].flat().filter((tensor) => tensor !== undefined),
  });
  const said = pictures.map((picture) =>
    tf.tidy(() => {
      const input = tf.tensor4d(picture, [1, SIZE, SIZE, 3], 'int32').toFloat().sub(10).div(200);
      return (both.predict(input) as TensorFlow.Tensor[]).map((tensor) => tensor.dataSync<'float32'>());
    }),
  );
  return {
    model,
    pictures,
    probabilities: said.map(([first = new Float32Array()]) => first),
    features: said.map(([, second = new Float32Array()]) => second),
  };
}

function network(tf: Tf, x: TensorFlow.SymbolicTensor): TensorFlow.SymbolicTensor {
  const apply = (layer: TensorFlow.layers.Layer, to: TensorFlow.SymbolicTensor | TensorFlow.SymbolicTensor[]) =>
    layer.apply(to) as TensorFlow.SymbolicTensor;
  const stem = apply(tf.layers.conv2d({ filters: 8, kernelSize: 3, strides: 2, useBias: false }), x);
  const bent = apply(tf.layers.activation({ activation: 'relu' }), apply(tf.layers.batchNormalization({ scale: false }), stem));
  const left = apply(tf.layers.conv2d({ filters: 6, kernelSize: 3, padding: 'same', activation: 'relu' }), bent);
  const right = apply(
    tf.layers.conv2d({ filters: 6, kernelSize: 1 }),
    apply(tf.layers.averagePooling2d({ poolSize: 3, strides: 1, padding: 'same' }), bent),
  );
  const pooled = apply(tf.layers.globalAveragePooling2d({ name: FEATURES.layer }), apply(tf.layers.concatenate(), [left, right]));
  return apply(tf.layers.dense({ units: LABELS.length, activation: 'softmax' }), pooled);
}
