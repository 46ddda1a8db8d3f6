import { expect, it } from 'vitest';
import { combinationsOf } from '../../../src/engine/backends/combinations.ts';
import { MODEL_FORMATS } from '../../../src/engine/network-source.ts';

it('has every backend that runs the format, on each of its devices, the CPU first', () => {
  const names = (format: (typeof MODEL_FORMATS)[number]) =>
    combinationsOf(format)
      .filter(({ precision }) => precision === 'float32')
      .map(({ backend, device }) => `${backend} ${device}`);
  expect(names('tfjs-layers')).toEqual(['onnx cpu', 'onnx gpu', 'tensorflow cpu', 'tensorflow gpu', 'wasm cpu']);
  expect(names('tfjs-graph')).toEqual(['tensorflow cpu', 'tensorflow gpu', 'wasm cpu']);
  expect(names('saved-model')).toEqual(['tensorflow cpu', 'tensorflow gpu']);
  expect(names('onnx')).toEqual(['onnx cpu', 'onnx gpu']);
});

it('has none twice', () => {
  for (const format of MODEL_FORMATS) {
    const all = combinationsOf(format).map((one) => JSON.stringify(one));
    expect(new Set(all).size).toBe(all.length);
  }
});
