import { describe, expect, it } from 'vitest';
import type { Backend, LocalModel, OpenBackend } from '../../../src/engine/backend.ts';
import { type BackendChoice, openBackend } from '../../../src/engine/backends/open-backend.ts';
import type { BackendName } from '../../../src/engine/engine.ts';
import { FramewatchError } from '../../../src/util/errors.ts';

/** Nothing here looks into it. */
const model = {} as LocalModel;
const CHOICE: BackendChoice = { backend: 'auto', device: 'auto', onUnavailable: 'fail', precision: 'auto', threads: 1, features: false };

/** A machine: which backends can be loaded, and which of them have a GPU. */
function machine(has: { readonly installed: readonly BackendName[]; readonly gpu?: readonly BackendName[]; readonly broken?: BackendName }) {
  const open =
    (name: BackendName): OpenBackend =>
    async (_, { device }) => {
      if (name === has.broken) throw new FramewatchError('ENGINE_START_FAILED', `${name} is broken`);
      if (!has.installed.includes(name)) throw new FramewatchError('ENGINE_BACKEND_UNAVAILABLE', `${name} is not installed`);
      const gpu = has.gpu?.includes(name) === true;
      if (device === 'gpu' && !gpu) throw new FramewatchError('ENGINE_DEVICE_UNAVAILABLE', `${name} has no GPU`);
      return { name, device: gpu && device !== 'cpu' ? 'gpu' : 'cpu', precision: 'float32' } as Backend;
    };
  return { onnx: open('onnx'), tensorflow: open('tensorflow'), wasm: open('wasm') };
}

const opened = async (choice: Partial<BackendChoice>, on: ReturnType<typeof machine>) => {
  const { backend, fallback } = await openBackend(model, { ...CHOICE, ...choice }, on);
  return [backend.name, backend.device, fallback];
};

describe('openBackend', () => {
  const cpuOnly = machine({ installed: ['onnx', 'wasm'] });

  it('auto takes the first with a working GPU', async () => {
    expect(await opened({}, machine({ installed: ['tensorflow', 'onnx', 'wasm'], gpu: ['tensorflow', 'onnx'] }))).toEqual([
      'tensorflow',
      'gpu',
      null,
    ]);
    expect(await opened({}, machine({ installed: ['tensorflow', 'onnx', 'wasm'], gpu: ['onnx'] }))).toEqual(['onnx', 'gpu', null]);
  });

  it('auto takes onnx on the CPU where there is no GPU, and calls that no fallback', async () => {
    expect(await opened({}, cpuOnly)).toEqual(['onnx', 'cpu', null]);
  });

  it('auto on the CPU does not touch a GPU', async () => {
    expect(await opened({ device: 'cpu' }, machine({ installed: ['tensorflow', 'onnx'], gpu: ['tensorflow', 'onnx'] }))).toEqual([
      'onnx',
      'cpu',
      null,
    ]);
  });

  it('takes wasm where ONNX Runtime has no binary', async () => {
    expect(await opened({}, machine({ installed: ['wasm'] }))).toEqual(['wasm', 'cpu', null]);
  });

  it('takes TensorFlow before wasm where the first cannot run the model, and says why when none can', async () => {
    expect(await opened({ device: 'cpu' }, machine({ installed: ['wasm', 'tensorflow'] }))).toEqual(['tensorflow', 'cpu', null]);
    await expect(opened({ device: 'cpu' }, machine({ installed: [] }))).rejects.toMatchObject({
      code: 'ENGINE_BACKEND_UNAVAILABLE',
      message: 'onnx is not installed; tensorflow is not installed; wasm is not installed',
    });
  });

  it('fails when the wanted device is not there, with the reason of each backend', async () => {
    const wanted = opened({ device: 'gpu' }, cpuOnly);
    await expect(wanted).rejects.toMatchObject({
      code: 'ENGINE_DEVICE_UNAVAILABLE',
      message: expect.stringMatching(/tensorflow is not installed.*onnx has no GPU/),
    });
  });

  it('falls back to the CPU where that is wanted, and says why', async () => {
    expect(await opened({ device: 'gpu', backend: 'onnx', onUnavailable: 'cpu' }, cpuOnly)).toEqual(['onnx', 'cpu', 'onnx has no GPU']);
    expect(await opened({ backend: 'tensorflow', onUnavailable: 'cpu' }, cpuOnly)).toEqual(['onnx', 'cpu', 'tensorflow is not installed']);
  });

  it('never hides a fault of another kind behind a fallback', async () => {
    const broken = machine({ installed: ['onnx', 'wasm'], broken: 'onnx' });
    await expect(opened({ backend: 'onnx', onUnavailable: 'cpu' }, broken)).rejects.toMatchObject({ code: 'ENGINE_START_FAILED' });
    await expect(opened({ device: 'cpu', onUnavailable: 'cpu' }, broken)).rejects.toMatchObject({ code: 'ENGINE_START_FAILED' });
  });
});
