import { expect, it } from 'vitest';
import { openWasm, startWasm } from '../../../src/engine/backends/wasm.ts';
import { describeBackend } from '../../contracts/engine-contract.ts';
import { smallSubject } from '../../helpers/small-subject.ts';

describeBackend('wasm', openWasm, smallSubject);

it('refuses a GPU', async () => {
  const { model } = await smallSubject();
  await expect(openWasm(model, { device: 'gpu', threads: 1, features: false })).rejects.toMatchObject({ code: 'ENGINE_DEVICE_UNAVAILABLE' });
});

it('leaves no tensor behind: 100 batches, with features, and a closed backend', async () => {
  const { model, pictures } = await smallSubject();
  const { tensorflow } = await startWasm(1);
  const before = tensorflow.memory().numTensors;
  const backend = await openWasm(model, { device: 'cpu', threads: 1, features: true });
  const batch = pictures[0] ?? new Uint8Array();
  await backend.run(batch, 1);
  const warm = tensorflow.memory().numTensors;
  for (let count = 0; count < 100; count++) await backend.run(batch, 1);
  expect(tensorflow.memory().numTensors).toBe(warm);
  await backend.close();
  expect(tensorflow.memory().numTensors).toBe(before);
});
