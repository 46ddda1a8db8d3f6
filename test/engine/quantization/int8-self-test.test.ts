import { describe, expect, it } from 'vitest';
import type { Backend, LocalModel } from '../../../src/engine/backend.ts';
import { INT8_TOLERANCE, Int8SelfTest } from '../../../src/engine/quantization/int8-self-test.ts';

const picture = (a: number) => ({
  tolerance: 0.01,
  featureTolerance: null,
  pictures: [{ drawing: 'ellipses', seed: 1, expected: { a, b: 1 - a }, features: null }],
});
const model = (selfTest: LocalModel['selfTest']) => ({ name: 'm', labels: ['a', 'b'], inputSize: 4, selfTest }) as unknown as LocalModel;
const says = (a: number): Backend => ({
  ...{ name: 'onnx', device: 'cpu', precision: 'int8', threads: 1 },
  run: (_pixels, size) =>
    Promise.resolve({ probabilities: Float32Array.from({ length: size * 2 }, (_, at) => (at % 2 === 0 ? a : 1 - a)), features: null }),
  close: () => Promise.resolve(),
});

describe('Int8SelfTest', () => {
  it('lets int8 be farther from the expected results than float32 may be, and no farther than that', async () => {
    const test = new Int8SelfTest(model(picture(0.5)), picture(0.9));
    await test.runAll(says(0.5 + INT8_TOLERANCE - 0.001), 2);
    await expect(test.runOnce(says(0.5 + INT8_TOLERANCE + 0.001), 2)).rejects.toMatchObject({
      code: 'MODEL_SELF_TEST_FAILED',
      message: expect.stringMatching(/^the int8 form: .*models quantize m.*float32/),
    });
  });

  it('holds an unverified model against what its float form said, and still calls it unverified', async () => {
    const test = new Int8SelfTest(model(null), picture(0.9));
    expect([test.kind, new Int8SelfTest(model(picture(0.5)), picture(0.9)).kind]).toEqual(['sanity', 'golden']);
    await test.runAll(says(0.9), 1);
    await expect(test.runAll(says(0.5), 1)).rejects.toMatchObject({ code: 'MODEL_SELF_TEST_FAILED' });
  });

  it('passes on what a backend throws', async () => {
    const broken = { ...says(0.5), run: () => Promise.reject(new Error('no')) };
    await expect(new Int8SelfTest(model(null), picture(0.5)).runOnce(broken, 1)).rejects.toThrow('no');
  });
});
