import { describe, expect, it } from 'vitest';
import type { LocalModel } from '../../../src/engine/backend.ts';
import { NetworkBackend } from '../../../src/engine/backends/network-backend.ts';
import { FramewatchError } from '../../../src/util/errors.ts';

const model = { inputSize: 8, labels: ['a', 'b', 'c'] } as unknown as LocalModel;
const picture = new Uint8Array(model.inputSize ** 2 * 3);
const FACTS = { name: 'onnx', device: 'cpu', threads: 1 } as const;
const failing = (error: Error) => new NetworkBackend(FACTS, model, { run: () => Promise.reject(error), close: async () => {} });
const giving = (probabilities: Float32Array) =>
  new NetworkBackend(FACTS, model, { run: async () => ({ probabilities, features: null }), close: async () => {} });

describe('NetworkBackend', () => {
  it.each([
    new Error('Failed to allocate memory for requested buffer of size 1073741824'),
    new Error('std::bad_alloc'),
    new Error('OOM when allocating tensor with shape[16,64,147,147]'),
    new Error('CUDA failure 2: out of memory'),
    new Error('WebGPU validation failed. [Invalid Buffer (unlabeled)] is invalid due to a previous error.'),
    new RangeError('Array buffer allocation failed'),
    new FramewatchError('ENGINE_OUT_OF_MEMORY', 'by name'),
  ])('recognises the end of memory: %s', async (error) => {
    await expect(failing(error).run(picture, 1)).rejects.toMatchObject({ code: 'ENGINE_OUT_OF_MEMORY' });
  });

  it('calls any other fault a failed inference and keeps its cause', async () => {
    const cause = new Error('no room in the zoo');
    await expect(failing(cause).run(picture, 1)).rejects.toMatchObject({
      code: 'ENGINE_INFERENCE_FAILED',
      message: 'onnx failed on a batch of 1: no room in the zoo',
      cause,
    });
  });

  it('refuses outputs of another length and values that are not numbers', async () => {
    await expect(giving(new Float32Array(2)).run(picture, 1)).rejects.toThrow('2 probabilities for a batch of 1; 3 were expected');
    await expect(giving(Float32Array.of(0, Number.NaN, 1)).run(picture, 1)).rejects.toThrow('not a number');
  });

  it('prepares where the network wants it, and names its faults like those of a batch', async () => {
    const prepared: number[] = [];
    const run = async () => ({ probabilities: new Float32Array(3), features: null });
    const close = async () => {};
    const prepare = async (size: number) => {
      if (size > 4) throw new Error('CUDNN failure 4000: failed to allocate memory');
      prepared.push(size);
    };
    const backend = new NetworkBackend(FACTS, model, { run, prepare, close });
    for (const size of [1, 4]) await backend.prepare(size);
    expect(prepared).toEqual([1, 4]);
    await expect(backend.prepare(8)).rejects.toMatchObject({ code: 'ENGINE_OUT_OF_MEMORY', message: expect.stringContaining('a batch of 8') });
    await expect(new NetworkBackend(FACTS, model, { run, close }).prepare(8)).resolves.toBeUndefined();
  });

  it('closes the network once', async () => {
    let closed = 0;
    const backend = new NetworkBackend(FACTS, model, {
      run: async () => ({ probabilities: new Float32Array(3), features: null }),
      close: async () => {
        closed++;
      },
    });
    await Promise.all([backend.close(), backend.close()]);
    expect(closed).toBe(1);
  });
});
