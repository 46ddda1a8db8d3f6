import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SymbolicTensor } from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import type { Inspection, InspectionWishes } from '../../../src/engine/inspection/inspection.ts';
import { inspectModel } from '../../../src/engine/inspection/model-inspection.ts';
import { savedModelType } from '../../../src/engine/inspection/saved-model-message.ts';
import { hashSavedModel } from '../../../src/engine/models/saved-model-files.ts';
import { sha256 } from '../../../src/engine/models/sha256.ts';
import { writeSmallGraph } from '../../helpers/small-graph.ts';
import { type Tf, writeSmallModel } from '../../helpers/small-model.ts';
import { type SmallOnnxOptions, smallOnnx } from '../../helpers/small-onnx.ts';
import { temporaryDirectory } from '../../helpers/temporary-directory.ts';

const inspect = (path: string, wishes: Partial<InspectionWishes> = {}) => inspectModel(path, { size: null, output: null, ...wishes });

describe('a layers-model', () => {
  const layers = async (build: (tf: Tf, x: SymbolicTensor) => SymbolicTensor, wishes: Partial<InspectionWishes> = {}): Promise<Inspection> => {
    const folder = temporaryDirectory();
    await writeSmallModel(folder, build, { name: 'm' });
    return inspect(join(folder, 'm'), wishes);
  };
  const dense = (tf: Tf, x: SymbolicTensor, activation: 'softmax' | 'linear' | 'sigmoid' | 'relu') =>
    tf.layers.dense({ units: 3, activation, name: 'predictions' }).apply(x) as SymbolicTensor;
  const pooled = (tf: Tf, x: SymbolicTensor) =>
    tf.layers.globalAveragePooling2d({ name: 'pool' }).apply(tf.layers.conv2d({ filters: 4, kernelSize: 3 }).apply(x)) as SymbolicTensor;

  it('tells size, classes, and what stands before the classifier, a dropout aside', async () => {
    const inspection = await layers((tf, x) => dense(tf, tf.layers.dropout({ rate: 0.5 }).apply(pooled(tf, x)) as SymbolicTensor, 'softmax'));
    expect(inspection).toMatchObject({
      format: 'tfjs-layers',
      input: { name: null, layout: 'nhwc', dtype: 'float32', size: 11 },
      classes: { name: 'predictions', kind: 'probabilities', length: 3 },
      features: { name: 'pool', size: 4 },
    });
    expect(inspection.files.map(({ to }) => to)).toEqual(['original/model.json', 'original/weights.bin']);
  });

  it('tells logits from probabilities, also behind a layer of its own', async () => {
    expect((await layers((tf, x) => dense(tf, pooled(tf, x), 'linear'))).classes.kind).toBe('logits');
    const apart = await layers((tf, x) => tf.layers.softmax().apply(dense(tf, pooled(tf, x), 'linear')) as SymbolicTensor);
    expect(apart.classes.kind).toBe('probabilities');
    expect(apart.features).toEqual({ name: 'pool', size: 4 });
  });

  it('takes a layer inside as the output, where it is told so', async () => {
    const inner = await layers((tf, x) => tf.layers.softmax({ name: 'last' }).apply(dense(tf, pooled(tf, x), 'linear')) as SymbolicTensor, {
      output: 'predictions',
    });
    expect(inner.classes).toEqual({ name: 'predictions', kind: 'logits', length: 3 });
  });

  it.each([
    ['scores that stand each for itself', 'sigmoid', 'the scores of predictions come from a sigmoid'],
    ['scores that are neither', 'relu', 'a function that is no softmax'],
  ] as const)('refuses %s', async (_, activation, message) => {
    await expect(layers((tf, x) => dense(tf, pooled(tf, x), activation))).rejects.toMatchObject({
      code: 'MODEL_UNSUPPORTED_LAYER',
      message: expect.stringContaining(message),
    });
  });

  it('refuses, by name, a layer that cannot be converted, before anything is copied', async () => {
    await expect(
      layers((tf, x) => dense(tf, tf.layers.flatten().apply(tf.layers.upSampling2d({}).apply(x)) as SymbolicTensor, 'softmax')),
    ).rejects.toThrow(/UpSampling2D\): this class of layer is not known/);
  });
});

describe('a graph', () => {
  it('tells what its signature and its operations say', async () => {
    const folder = temporaryDirectory();
    writeSmallGraph(folder, { name: 'soft' });
    writeSmallGraph(folder, { name: 'plain', logits: true });
    const soft = await inspect(join(folder, 'soft'));
    expect(soft).toMatchObject({
      format: 'tfjs-graph',
      input: { name: 'x', layout: 'nhwc', dtype: 'float32', size: 8 },
      classes: { name: 'softmax:0', kind: 'probabilities', length: 3 },
      features: { name: 'pool', size: 4 },
    });
    expect((await inspect(join(folder, 'plain'))).classes).toEqual({ name: 'fc:0', kind: 'logits', length: 3 });
    await expect(inspect(join(folder, 'soft'), { output: 'nowhere' })).rejects.toThrow('the graph has no operation nowhere');
  });
});

it('refuses what is neither a folder nor a file, without reading from it', async () => {
  await expect(inspect('/dev/zero')).rejects.toMatchObject({
    code: 'MODEL_NOT_FOUND',
    message: expect.stringContaining('neither a folder nor a file'),
  });
});

describe('an ONNX file', () => {
  const onnx = (options: SmallOnnxOptions, wishes: Partial<InspectionWishes> = {}) => {
    const file = join(temporaryDirectory(), 'my net.onnx');
    writeFileSync(file, smallOnnx(options));
    return inspect(file, wishes);
  };

  it('tells what stands in it', async () => {
    const inspection = await onnx({ constantsAreInputs: true });
    expect(inspection).toMatchObject({
      format: 'onnx',
      weightsSha256: sha256(smallOnnx({ constantsAreInputs: true })),
      input: { name: 'data_0', layout: 'nchw', dtype: 'float32', size: 9 },
      classes: { name: 'prob_1', kind: 'probabilities', length: 3 },
      features: { name: 'pool_1', size: 5 },
    });
    expect(inspection.files[0]?.to).toBe('my_net.onnx');
  });

  it('knows channels last, bytes, logits, and tensors inside', async () => {
    expect((await onnx({ layout: 'nhwc', dtype: 'uint8' })).input).toMatchObject({ layout: 'nhwc', dtype: 'uint8' });
    expect((await onnx({ softmax: false })).classes.kind).toBe('logits');
    expect((await onnx({}, { output: 'logits' })).classes).toEqual({ name: 'logits', kind: 'logits', length: null });
    await expect(onnx({}, { output: 'nowhere' })).rejects.toThrow('has no tensor nowhere; its outputs are prob_1');
  });
});

describe('a SavedModel', () => {
  const tensor = (dtype: number, ...dims: readonly number[]) => ({ dtype, tensorShape: { dim: dims.map((size) => ({ size })) } });
  const folderOf = (signature: object, tags = ['serve'], name = 'serving_default') => {
    const folder = temporaryDirectory();
    mkdirSync(join(folder, 'variables'));
    const model = {
      metaGraphs: [{ metaInfoDef: { tags }, signatureDef: { __saved_model_init_op: { inputs: {}, outputs: {} }, [name]: signature } }],
    };
    writeFileSync(join(folder, 'saved_model.pb'), savedModelType().encode(savedModelType().fromObject(model)).finish());
    writeFileSync(join(folder, 'variables', 'variables.index'), 'x');
    return folder;
  };
  const SIGNATURE = { inputs: { input_1: tensor(1, -1, 299, 299, 3) }, outputs: { predictions: tensor(1, -1, 1000) } };

  it('tells what its signature says', async () => {
    const folder = folderOf(SIGNATURE);
    expect(await inspect(folder)).toMatchObject({
      format: 'saved-model',
      weightsSha256: await hashSavedModel(folder),
      input: { name: 'input_1', layout: 'nhwc', dtype: 'float32', size: 299 },
      classes: { name: 'predictions', kind: null, length: 1000 },
      features: null,
    });
  });

  it('takes bytes and any size, and is told which output it is', async () => {
    const two = { inputs: { image: tensor(4, -1, -1, -1, 3) }, outputs: { a: tensor(1, -1, 5), b: tensor(1, -1, 7) } };
    await expect(inspect(folderOf(two))).rejects.toThrow('the signature has the outputs a, b: name the one with the classes');
    expect(await inspect(folderOf(two), { output: 'b', size: 224 })).toMatchObject({
      input: { dtype: 'uint8', size: 224 },
      classes: { name: 'b', length: 7 },
    });
  });

  it.each([
    ['another tag', SIGNATURE, ['train'], 'serving_default', 'no signature serving_default under the tag serve'],
    ['another signature', SIGNATURE, ['serve'], 'predict', 'there is __saved_model_init_op (serve); predict (serve)'],
    [
      'two inputs',
      { ...SIGNATURE, inputs: { a: tensor(1, -1, 8, 8, 3), b: tensor(1, -1, 8, 8, 3) } },
      ['serve'],
      'serving_default',
      '2 inputs (a, b)',
    ],
    ['texts as input', { ...SIGNATURE, inputs: { a: tensor(7, -1) } }, ['serve'], 'serving_default', "TensorFlow's data type 7"],
    [
      'pictures that are no squares',
      { ...SIGNATURE, inputs: { a: tensor(1, -1, 224, 299, 3) } },
      ['serve'],
      'serving_default',
      'pictures of 224 × 299',
    ],
  ])('refuses %s', async (_, signature, tags, name, message) => {
    await expect(inspect(folderOf(signature, tags, name))).rejects.toThrow(message);
  });

  it('refuses bytes that are no SavedModel', async () => {
    const folder = temporaryDirectory();
    writeFileSync(join(folder, 'saved_model.pb'), Buffer.from('no protobuf at all'));
    await expect(inspect(folder)).rejects.toMatchObject({ code: 'MODEL_INVALID' });
  });
});

it('says what it looked for where there is nothing', async () => {
  const folder = temporaryDirectory();
  await expect(inspect(folder)).rejects.toMatchObject({
    code: 'MODEL_NOT_FOUND',
    message: expect.stringContaining('neither model.json (TensorFlow.js) nor saved_model.pb'),
  });
  await expect(inspect(join(folder, 'nothing'))).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
});
