import { describe, expect, it } from 'vitest';
import { readFloats, readWeightSpecs } from '../../../src/engine/conversion/weight-spec.ts';

const only = (entry: object) => readWeightSpecs([entry])[0] ?? expect.unreachable();

describe('readFloats', () => {
  it('turns bytes into floats as TensorFlow.js does: value × scale + min in double precision', () => {
    const spec = only({ name: 'a/kernel', shape: [2, 2], dtype: 'float32', quantization: { dtype: 'uint8', scale: 0.1, min: -3 } });
    const { values, shape } = readFloats(spec, Uint8Array.of(9, 0, 1, 128, 255, 9), 1);
    expect(shape).toEqual([2, 2]);
    expect(values).toEqual(Float32Array.of(0 * 0.1 - 3, 1 * 0.1 - 3, 128 * 0.1 - 3, 255 * 0.1 - 3));
  });

  it('reads values of two bytes and whole floats from any offset', () => {
    const wide = only({ name: 'w', shape: [2], dtype: 'float32', quantization: { dtype: 'uint16', scale: 2, min: 1 } });
    expect(readFloats(wide, Uint8Array.of(7, 1, 0, 0, 1), 1).values).toEqual(Float32Array.of(3, 513));
    const plain = only({ name: 'p', shape: [2], dtype: 'float32' });
    const bytes = new Uint8Array(9);
    bytes.set(new Uint8Array(Float32Array.of(1.5, -2.25).buffer), 1);
    expect(readFloats(plain, bytes, 1).values).toEqual(Float32Array.of(1.5, -2.25));
  });
});

describe('readWeightSpecs', () => {
  it('knows how many bytes each tensor takes', () => {
    const entries = [
      { name: 'a', shape: [3, 5], dtype: 'float32' },
      { name: 'b', shape: [3, 5], dtype: 'float32', quantization: { dtype: 'uint8', scale: 1, min: 0 } },
      { name: 'c', shape: [], dtype: 'float32', quantization: { dtype: 'uint16', scale: 1, min: 0 } },
    ];
    expect(readWeightSpecs(entries).map((spec) => spec.byteLength)).toEqual([60, 15, 2]);
  });

  it.each([
    ['a type that is not known', [{ name: 'a', shape: [1], dtype: 'string' }], 'MODEL_UNSUPPORTED_LAYER'],
    ['half floats', [{ name: 'a', shape: [1], dtype: 'float32', quantization: { dtype: 'float16' } }], 'MODEL_UNSUPPORTED_LAYER'],
    ['a shape that is none', [{ name: 'a', shape: [-1], dtype: 'float32' }], 'MODEL_INVALID'],
    ['no list', {}, 'MODEL_INVALID'],
  ])('refuses %s', (_, weights, code) => {
    expect(() => readWeightSpecs(weights)).toThrow(expect.objectContaining({ code }));
  });
});
