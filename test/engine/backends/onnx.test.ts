import { expect, it } from 'vitest';
import { openOnnx } from '../../../src/engine/backends/onnx.ts';
import { describeBackend } from '../../contracts/engine-contract.ts';
import { smallSubject } from '../../helpers/small-subject.ts';

describeBackend('onnx', openOnnx, smallSubject);

it('takes the CPU when no GPU works and none is insisted on', async ({ skip }) => {
  const { model } = await smallSubject();
  const backend = await openOnnx(model, { device: 'auto', threads: 1, features: false });
  await backend.close();
  if (backend.device === 'gpu') skip('this machine has a GPU');
  await expect(openOnnx(model, { device: 'gpu', threads: 1, features: false })).rejects.toMatchObject({ code: 'ENGINE_DEVICE_UNAVAILABLE' });
});

it('says which file it could not open', async () => {
  const { model } = await smallSubject();
  const opening = openOnnx({ ...model, onnxFile: '/nowhere/x.onnx' }, { device: 'cpu', threads: 1, features: false });
  await expect(opening).rejects.toMatchObject({ code: 'ENGINE_START_FAILED', message: expect.stringContaining('/nowhere/x.onnx') });
});
