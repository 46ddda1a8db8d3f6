import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { openOnnx, openOnnxInt8 } from '../../../src/engine/backends/onnx.ts';
import { describeBackend } from '../../contracts/engine-contract.ts';
import { smallSubject } from '../../helpers/small-subject.ts';

describeBackend('onnx', openOnnx, smallSubject);

it('takes the CPU when no GPU works and none is insisted on', async ({ skip }) => {
  const { model } = await smallSubject();
  const backend = await openOnnx(model, { device: 'auto', threads: 1, features: false });
  await backend.close();
  if (backend.device === 'gpu') skip('this machine has a GPU');
  const opening = openOnnx(model, { device: 'gpu', threads: 1, features: false });
  await expect(opening).rejects.toMatchObject({ code: 'ENGINE_DEVICE_UNAVAILABLE', message: expect.stringMatching(/cuda: .*; webgpu: /s) });
});

/** The Vulkan device made of software that Debian's Chromium brings along. */
const SWIFTSHADER = '/usr/lib/chromium/vk_swiftshader_icd.json';

it.skipIf(!existsSync(SWIFTSHADER))('does not take a Vulkan device made of software for a GPU', async () => {
  const { model } = await smallSubject();
  // A process of its own: Vulkan's loader reads its environment once.
  const program = `import { openOnnx, openOnnxInt8 } from './dist/engine/backends/onnx.js';
    await openOnnx(${JSON.stringify(model)}, { device: 'gpu', threads: 1, features: false }).catch((error) => console.log(error.code, error.message));
    process.kill(process.pid, 'SIGKILL');`;
  const root = path.resolve(import.meta.dirname, '../../..');
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    cwd: root,
    env: { ...process.env, VK_DRIVER_FILES: SWIFTSHADER, VK_ICD_FILENAMES: SWIFTSHADER, CUDA_VISIBLE_DEVICES: '' },
    encoding: 'utf8',
  });
  // That far it comes only when WebGPU took every node of the graph.
  expect(stdout).toMatch(/^ENGINE_DEVICE_UNAVAILABLE .*webgpu: .*software/s);
});

it('computes in int8 with an int8 graph, and says so', async () => {
  const { model } = await smallSubject();
  // Any graph of the model's form will do: what is asked is which file runs, and what it is called.
  const backend = await openOnnxInt8(model, model.onnxFile ?? '', { device: 'cpu', threads: 1, features: false });
  const { probabilities } = await backend.run(new Uint8Array(model.inputSize ** 2 * 3), 1);
  await backend.close();
  expect([backend.precision, backend.device, probabilities.length]).toEqual(['int8', 'cpu', model.labels.length]);
  const missing = openOnnxInt8(model, '/nowhere/int8.onnx', { device: 'cpu', threads: 1, features: false });
  await expect(missing).rejects.toMatchObject({ code: 'ENGINE_START_FAILED', message: expect.stringContaining('/nowhere/int8.onnx') });
});

it('says which file it could not open', async () => {
  const { model } = await smallSubject();
  const opening = openOnnx({ ...model, onnxFile: '/nowhere/x.onnx' }, { device: 'cpu', threads: 1, features: false });
  await expect(opening).rejects.toMatchObject({ code: 'ENGINE_START_FAILED', message: expect.stringContaining('/nowhere/x.onnx') });
});
