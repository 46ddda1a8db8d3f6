import { expect, it } from 'vitest';
import { isUnverified } from '../../src/bench/unverified.ts';

it.each([
  ['onnx', 'cpu', false],
  ['wasm', 'cpu', false],
  ['onnx', 'gpu', true],
  ['tensorflow', 'gpu', true],
  ['tensorflow', 'cpu', true],
] as const)('%s on %s: %s', (backend, device, unverified) => {
  expect(isUnverified({ backend, device })).toBe(unverified);
});
