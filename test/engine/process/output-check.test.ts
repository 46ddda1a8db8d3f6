import { describe, expect, it } from 'vitest';
import { checkProbabilities } from '../../../src/engine/process/output-check.ts';

const refusal = expect.objectContaining({ code: 'ENGINE_INFERENCE_FAILED' });

describe('checkProbabilities', () => {
  it('takes rows that add up to 1, as exactly as float32 can', () => {
    expect(() => checkProbabilities(Float32Array.of(0.1, 0.2, 0.7, 1, 0, 0), 2, 3)).not.toThrow();
  });

  it.each([
    ['too few', [0.5, 0.5], 2],
    ['too many', [0.5, 0.5, 1], 1],
    ['NaN', [Number.NaN, 1, 0.5, 0.5], 2],
    ['infinite', [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0.5, 0.5], 2],
    ['all zero', [0.5, 0.5, 0, 0], 2],
    ['logits', [4.2, -1.3, 0.5, 0.5], 2],
  ])('refuses scores that are %s', (_, scores, count) => {
    expect(() => checkProbabilities(Float32Array.from(scores), count, 2)).toThrow(refusal);
  });
});
