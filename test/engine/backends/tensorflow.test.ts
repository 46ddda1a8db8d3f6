import { describe, expect, it } from 'vitest';
import { loadNative } from '../../../src/engine/backends/tensorflow.ts';

describe('loadNative', () => {
  const notFound = (name: string) => Object.assign(new Error(`Cannot find module '${name}'\nRequire stack:\n- x`), { code: 'MODULE_NOT_FOUND' });

  it('takes the GPU package first', () => {
    const asked: string[] = [];
    loadNative('20.20.0', (name) => asked.push(name));
    expect(asked).toEqual(['@tensorflow/tfjs-node-gpu']);
  });

  it('takes the CPU package when the other is not installed', () => {
    const loaded = { name: 'cpu package' };
    const load = (name: string) => {
      if (name.endsWith('gpu')) throw notFound(name);
      return loaded;
    };
    expect(loadNative('20.20.0', load)).toBe(loaded);
  });

  it.each([
    ['not installed', '20.20.0', notFound, 'not installed'],
    [
      'a CUDA library that is missing',
      '20.20.0',
      () => new Error('libcudart.so.11.0: cannot open shared object file\nmore'),
      'a CUDA library is missing (libcudart.so.11.0',
    ],
    [
      'a Node that is too new',
      '24.1.0',
      () => new TypeError('isNullOrUndefined is not a function'),
      'does not run on Node 24.1.0, use Node 20 or 22',
    ],
    [
      'a library that could not be downloaded',
      '20.20.0',
      () => new Error('The Node.js native addon module (tfjs_binding.node) can not be found at path: /x. \nPlease run'),
      "installed, but without TensorFlow's library: its install script could not download it (`npm rebuild @tensorflow/tfjs-node` tries again)",
    ],
    ['anything else', '22.0.0', () => new Error('invalid ELF header'), '@tensorflow/tfjs-node: invalid ELF header'],
  ])('names the reason: %s', (_, node, fault, reason) => {
    const load = (name: string) => {
      throw fault(name);
    };
    expect(() => loadNative(node, load)).toThrow(
      expect.objectContaining({ code: 'ENGINE_BACKEND_UNAVAILABLE', message: expect.stringContaining(reason) }),
    );
    expect(() => loadNative(node, load)).toThrow('npm run setup -- --gpu');
  });
});
