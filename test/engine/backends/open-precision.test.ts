import { describe, expect, it } from 'vitest';
import type { Backend, LocalModel } from '../../../src/engine/backend.ts';
import type { BackendChoice } from '../../../src/engine/backends/open-backend.ts';
import { openPrecision, type PrecisionSurroundings } from '../../../src/engine/backends/open-precision.ts';
import type { Int8Form } from '../../../src/engine/quantization/int8-form.ts';
import { recordingLogger } from '../../helpers/recording-logger.ts';

const PICTURES = [{ drawing: 'ellipses', seed: 1, expected: { a: 0.5, b: 0.5 }, features: null }];
const model = {
  name: 'm',
  labels: ['a', 'b'],
  inputSize: 4,
  selfTest: { tolerance: 0.01, featureTolerance: null, pictures: PICTURES },
} as unknown as LocalModel;
const READY: Int8Form = { state: 'ready', file: '/m.onnx', sha256: 'ab', selfTest: { tolerance: 0.01, featureTolerance: null, pictures: PICTURES } };
const CHOICE: BackendChoice = { backend: 'auto', device: 'auto', onUnavailable: 'fail', precision: 'auto', threads: 1, features: false };

/** A network that says `a` of everything in batches of `from` and more, and a half in smaller ones. */
function network(facts: Partial<Backend>, a: number, from = 1) {
  const closed = { times: 0 };
  const backend: Backend = {
    ...{ name: 'onnx', device: 'cpu', precision: 'float32', threads: 1 },
    run: (_pixels, size) => {
      const said = size >= from ? a : 0.5;
      return Promise.resolve({ probabilities: Float32Array.from({ length: size * 2 }, (_, at) => (at % 2 === 0 ? said : 1 - said)), features: null });
    },
    close: () => {
      closed.times += 1;
      return Promise.resolve();
    },
    ...facts,
  };
  return { backend, closed };
}

async function opened(
  choice: Partial<BackendChoice>,
  int8Form: Int8Form | null,
  given: { float?: Partial<Backend>; int8?: number; wrongFrom?: number; refuses?: boolean } = {},
) {
  const float = network(given.float ?? {}, 0.5);
  const int8 = network({ precision: 'int8' }, given.int8 ?? 0.5, given.wrongFrom);
  const log = recordingLogger();
  const surroundings: PrecisionSurroundings = { int8: int8Form, batchSizes: [1, 2, 4], log };
  const result = await openPrecision(model, { ...CHOICE, ...choice }, surroundings, {
    float32: () => Promise.resolve({ backend: float.backend, fallback: null }),
    int8: () => (given.refuses === true ? Promise.reject(new Error('no such instruction')) : Promise.resolve(int8.backend)),
  });
  const reasons = log.lines.map(({ fields }) => String(fields['reason']));
  return {
    precision: result.backend.precision,
    fallback: result.fallback,
    reasons,
    floatClosed: float.closed.times,
    int8Closed: int8.closed.times,
    selfTest: result.selfTest,
  };
}

describe('precision auto', () => {
  it('takes an int8 form that passes its self-test at every size, and closes the float network', async () => {
    expect(await opened({}, READY)).toMatchObject({ precision: 'int8', fallback: null, reasons: [], floatClosed: 1, int8Closed: 0 });
  });

  it.each<[string, Int8Form | null, Parameters<typeof opened>[2], string]>([
    ['it is of other weights', { state: 'stale', reason: 'made of other weights' }, {}, 'made of other weights; `framewatch models quantize m`'],
    ['it is damaged', { state: 'damaged', reason: 'the int8 graph is damaged' }, {}, 'is damaged'],
    ['it computes something else', READY, { int8: 0.7 }, 'a is 0.7000, expected 0.5000 ± 0.05'],
    ['it computes something else in larger batches', READY, { int8: 0.7, wrongFrom: 4 }, 'place 1 of 4: a is 0.7000'],
    ['it cannot be opened', READY, { refuses: true }, 'no such instruction'],
  ])('falls back to float32 when %s, and says so wherever the engine is told of', async (_what, form, given, words) => {
    const { precision, fallback, floatClosed, int8Closed } = await opened({}, form, given);
    expect([precision, floatClosed, fallback]).toEqual(['float32', 0, expect.stringContaining(words)]);
    expect(int8Closed).toBe(given?.int8 === undefined ? 0 : 1);
  });

  it('computes in float32 where there is none, which is no fault: a line in the log says how to get one', async () => {
    const { precision, fallback, reasons } = await opened({}, { state: 'absent', reason: 'the model m has no int8 form' });
    expect([precision, fallback, reasons]).toEqual(['float32', null, [expect.stringContaining('no int8 form; `framewatch models quantize m`')]]);
  });

  it('does not ask for it on a GPU, nor on another backend', async () => {
    expect(await opened({}, READY, { float: { device: 'gpu' } })).toMatchObject({ precision: 'float32', reasons: [] });
    expect(await opened({}, READY, { float: { name: 'wasm' } })).toMatchObject({ precision: 'float32', reasons: [] });
  });
});

describe('precision int8', () => {
  const wanted = (choice: Partial<BackendChoice> = {}, form: Int8Form | null = READY) => opened({ precision: 'int8', ...choice }, form);

  it('runs it, with its own self-test', async () => {
    const { precision, selfTest, floatClosed } = await wanted();
    expect([precision, floatClosed]).toEqual(['int8', 0]);
    await selfTest.runAll(network({}, 0.54).backend, 2);
    await expect(selfTest.runAll(network({}, 0.56).backend, 2)).rejects.toMatchObject({ code: 'MODEL_SELF_TEST_FAILED' });
  });

  it.each<[Int8Form | null, string, string]>([
    [{ state: 'absent', reason: 'the model m has no int8 form' }, 'MODEL_NOT_FOUND', 'models quantize m'],
    [null, 'MODEL_NOT_FOUND', 'models quantize m'],
    [{ state: 'stale', reason: 'it was made of other weights' }, 'MODEL_HASH_MISMATCH', 'other weights'],
    [{ state: 'damaged', reason: 'it is damaged' }, 'MODEL_HASH_MISMATCH', 'set engine.precision to auto or float32'],
  ])('refuses to start without one that is whole: %j', async (form, code, words) => {
    await expect(wanted({}, form)).rejects.toMatchObject({ code, message: expect.stringContaining(words) });
  });

  it('is not for other backends and GPUs', async () => {
    await expect(wanted({ backend: 'wasm' })).rejects.toMatchObject({ code: 'ENGINE_BACKEND_UNAVAILABLE' });
    await expect(wanted({ backend: 'tensorflow' })).rejects.toMatchObject({ code: 'ENGINE_BACKEND_UNAVAILABLE' });
    await expect(wanted({ device: 'gpu' })).rejects.toMatchObject({
      code: 'ENGINE_DEVICE_UNAVAILABLE',
      message: expect.stringContaining('CPU only'),
    });
    expect(await wanted({ device: 'gpu', onUnavailable: 'cpu' })).toMatchObject({ precision: 'int8', fallback: expect.stringContaining('CPU only') });
  });
});

it('precision float32 never looks', async () => {
  expect(await opened({ precision: 'float32' }, null)).toMatchObject({ precision: 'float32', reasons: [] });
});
