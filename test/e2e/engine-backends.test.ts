import { expect, it } from 'vitest';
import { openTensorflow } from '../../src/engine/backends/tensorflow.ts';
import { openWasm, startWasm } from '../../src/engine/backends/wasm.ts';
import { describeBackend } from '../contracts/engine-contract.ts';
import { smallSubject } from '../helpers/small-subject.ts';

// The backends on TensorFlow.js, on a small network. That of ONNX Runtime is quick enough for the unit tests.

describeBackend('wasm', openWasm, smallSubject);
describeBackend('tensorflow', openTensorflow, smallSubject);

it('wasm leaves no tensor behind: 1,000 batches, with features, and a closed backend', async () => {
  const { model, pictures } = await smallSubject();
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
