import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tensor } from '@tensorflow/tfjs';
import { afterAll, expect, it } from 'vitest';
import type { LocalModel } from '../../src/engine/backend.ts';
import { loadGraphForm } from '../../src/engine/backends/graph-form.ts';
import { loadNetwork } from '../../src/engine/backends/load-network.ts';
import { openBackend } from '../../src/engine/backends/open-backend.ts';
import { openTensorflow } from '../../src/engine/backends/tensorflow.ts';
import { openWasm, startWasm } from '../../src/engine/backends/wasm.ts';
import { prepareModel } from '../../src/engine/models/model-preparation.ts';
import { hashSavedModel } from '../../src/engine/models/saved-model-files.ts';
import type { TfjsSource } from '../../src/engine/models/tfjs-files.ts';
import { DRAWING_NAMES, drawTestPicture } from '../../src/engine/self-test/test-picture.ts';
import { silentLogger } from '../../src/util/logger.ts';
import { type ContractSubject, describeBackend, distance } from '../contracts/engine-contract.ts';
import { graphReference, writeSmallGraph } from '../helpers/small-graph.ts';
import { noise, referenceRun, writeSmallModel } from '../helpers/small-model.ts';
import { smallSubject } from '../helpers/small-subject.ts';

// The backends on TensorFlow.js, on small networks. That of ONNX Runtime is quick enough for the unit tests.

const modelsDir = mkdtempSync(join(tmpdir(), 'framewatch-graphs-'));
afterAll(() => rmSync(modelsDir, { recursive: true, force: true }));

async function graphSubject(): Promise<ContractSubject> {
  const { name, inputSize } = writeSmallGraph(modelsDir);
  const model = await prepareModel({ name, modelsDir, stateDir: join(modelsDir, 'state'), logger: silentLogger });
  const pictures = [
    ...DRAWING_NAMES.map((drawing) => drawTestPicture(drawing, 5, inputSize)),
    noise(inputSize ** 2 * 3),
    new Uint8Array(inputSize ** 2 * 3),
  ];
  const said = await Promise.all(pictures.map((picture) => graphReference(picture, 1)));
  return { model, pictures, probabilities: said.map(({ probabilities }) => probabilities), features: said.map(({ features }) => features) };
}

describeBackend('wasm', openWasm, smallSubject);
describeBackend('wasm', openWasm, graphSubject);
describeBackend('tensorflow', openTensorflow, smallSubject);
describeBackend('tensorflow', openTensorflow, graphSubject);

it.each([
  ['layers', smallSubject],
  ['a graph', graphSubject],
])('wasm leaves no tensor behind of %s: 1,000 batches, with features, and a closed backend', async (_, subject) => {
  const { model, pictures } = await subject();
  const { tensorflow } = await startWasm(1);
  const before = tensorflow.memory().numTensors;
  const backend = await openWasm(model, { device: 'cpu', threads: 2, features: true });
  const batch = Buffer.concat(pictures.slice(0, 2));
  await backend.run(batch, 2);
  const warm = tensorflow.memory().numTensors;
  for (let count = 0; count < 1_000; count++) await backend.run(batch, 2);
  expect(tensorflow.memory().numTensors).toBe(warm);
  await backend.close();
  expect(tensorflow.memory().numTensors).toBe(before);
});

it('wasm normalises colour by colour, in the order of the network', async () => {
  const options = { name: 'colours', colourOrder: 'bgr', mean: [120, 60, 10], scale: [100, 150, 200] } as const;
  const changed = { ...options, mean: [...options.mean], scale: [...options.scale] };
  const small = await writeSmallModel(
    modelsDir,
    (tf, x) => tf.layers.dense({ units: 3, activation: 'softmax' }).apply(tf.layers.flatten().apply(x)) as typeof x,
    changed,
  );
  const model = await prepareModel({ name: small.name, modelsDir, stateDir: join(modelsDir, 'state'), logger: silentLogger });
  const pixels = noise(2 * small.inputSize ** 2 * 3);
  const expected = referenceRun(small, pixels, 2, changed);
  const backend = await openWasm(model, { device: 'cpu', threads: 1, features: false });
  await startWasm(1);
  expect(distance((await backend.run(pixels, 2)).probabilities, expected)).toBeLessThan(1e-5);
  await backend.close();
});

it('auto takes for a graph what can run it; logits get their softmax', async () => {
  const { name, inputSize } = writeSmallGraph(modelsDir, { name: 'logits', logits: true });
  const model = await prepareModel({ name, modelsDir, stateDir: join(modelsDir, 'state'), logger: silentLogger });
  const choice = { device: 'auto', onUnavailable: 'fail', precision: 'auto', threads: 1, features: false } as const;
  const { backend } = await openBackend(model, { ...choice, backend: 'auto' });
  expect(['wasm', 'tensorflow']).toContain(backend.name);
  const pixels = noise(2 * inputSize ** 2 * 3);
  const expected = await graphReference(pixels, 2);
  // The reference runs on plain JavaScript; this brings the backend's own device back.
  await startWasm(1);
  expect(distance((await backend.run(pixels, 2)).probabilities, expected.probabilities)).toBeLessThan(1e-5);
  await backend.close();
  await expect(openBackend(model, { ...choice, backend: 'onnx' })).rejects.toMatchObject({
    code: 'ENGINE_BACKEND_UNAVAILABLE',
    message: 'the onnx backend does not run models of format tfjs-graph, which logits is: set engine.backend to tensorflow or wasm, or to auto',
  });
});

// TensorFlow's native binding could not be installed where this was written. What stands in for it here computes the same graph, so that names, forms and tensors
// are put to the test; the binding itself is not.
it('asks a SavedModel by the names of its signature, once a batch, and leaves no tensor behind', async () => {
  const subject = await graphSubject();
  const { tensorflow } = await startWasm(1);
  const folder = join(modelsDir, 'saved');
  mkdirSync(join(folder, 'variables'), { recursive: true });
  writeFileSync(join(folder, 'saved_model.pb'), 'a graph');
  writeFileSync(join(folder, 'variables', 'variables.index'), 'weights');
  const model: LocalModel = {
    ...subject.model,
    sha256: await hashSavedModel(folder),
    source: { format: 'saved-model', place: { kind: 'local', path: folder } },
    input: { ...subject.model.input, name: 'input_1' },
    outputs: { classes: 'predictions', kind: 'probabilities', features: 'features' },
  };
  const graph = await loadNetwork(tensorflow, subject.model, true);
  const calls: string[] = [];
  const node = {
    async loadSavedModel(path: string, tags: string[], signature: string) {
      calls.push([path, ...tags, signature].join(' '));
      const inner = await loadGraphForm(tensorflow, subject.model, subject.model.source as TfjsSource);
      return {
        predict(inputs: Readonly<Record<string, Tensor>>) {
          calls.push(Object.keys(inputs).join(' '));
          const [predictions, features] = inner.predict(inputs['input_1'] ?? expect.unreachable(), true);
          return { features: features ?? expect.unreachable(), predictions: predictions ?? expect.unreachable() };
        },
        dispose: () => inner.dispose(),
      };
    },
  };
  const before = tensorflow.memory().numTensors;
  const network = await loadNetwork({ ...tensorflow, node }, model, true);
  const batch = Buffer.concat(subject.pictures.slice(0, 2));
  const expected = await graph.run(batch, 2);
  const warm = tensorflow.memory().numTensors;
  for (let count = 0; count < 10; count++) expect(await network.run(batch, 2)).toEqual(expected);
  expect(tensorflow.memory().numTensors).toBe(warm);
  expect(calls).toEqual([`${folder} serve serving_default`, ...Array.from({ length: 10 }, () => 'input_1')]);
  network.dispose();
  expect(tensorflow.memory().numTensors).toBe(before);
  graph.dispose();

  const misnamed = await loadNetwork({ ...tensorflow, node }, { ...model, outputs: { ...model.outputs, classes: 'scores' } }, false);
  await expect(misnamed.run(batch, 2)).rejects.toThrow('the signature has no output scores; it has features, predictions');
  writeFileSync(join(folder, 'variables', 'variables.index'), 'weightS');
  await expect(loadNetwork({ ...tensorflow, node }, model, true)).rejects.toMatchObject({
    code: 'MODEL_HASH_MISMATCH',
    message: expect.stringContaining(folder),
  });
});
