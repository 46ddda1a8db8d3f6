import fc from 'fast-check';
import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { type NetworkInput, NO_NORMALISATION } from '../../../src/engine/network-source.ts';
import { type WrappingOptions, wrapOnnx } from '../../../src/engine/onnx/onnx-wrapping.ts';
import { FramewatchError } from '../../../src/util/errors.ts';
import { noise } from '../../helpers/small-model.ts';
import { ONNX_LABELS, type SmallOnnxOptions, smallOnnx } from '../../helpers/small-onnx.ts';

// It would print what it also throws.
ort.env.logLevel = 'fatal';

const SIZE = 9;
const PICTURE = SIZE * SIZE * 3;
const FEATURES = 5;
const INPUT: NetworkInput = { name: 'data_0', layout: 'nchw', dtype: 'float32', colourOrder: 'rgb', normalisation: NO_NORMALISATION };
const NORMALISED: NetworkInput = { ...INPUT, normalisation: { mean: [127.5, 127.5, 127.5], scale: [127.5, 127.5, 127.5] } };

const options = (input: Partial<NetworkInput> = {}, changed: Partial<WrappingOptions> = {}): WrappingOptions => ({
  inputSize: SIZE,
  input: { ...NORMALISED, ...input },
  outputs: { classes: 'prob_1', kind: 'probabilities', features: 'pool_1' },
  labelCount: ONNX_LABELS,
  featureSize: FEATURES,
  ...changed,
});

/** What ONNX Runtime says of one picture on the file as it is, with the normalisation done here, in plain JavaScript. */
async function original(file: Uint8Array, pixels: Uint8Array, input: NetworkInput, output: string): Promise<Float32Array> {
  const session = await ort.InferenceSession.create(file);
  const { mean, scale } = input.normalisation;
  const place = (row: number, channel: number) => (input.layout === 'nchw' ? channel * SIZE * SIZE + row : row * 3 + channel);
  const values = new Float32Array(PICTURE);
  for (let row = 0; row < SIZE * SIZE; row++) {
    for (let channel = 0; channel < 3; channel++) {
      const colour = input.colourOrder === 'rgb' ? channel : 2 - channel;
      values[place(row, channel)] = ((pixels[row * 3 + colour] ?? 0) - (mean[colour] ?? 0)) / (scale[colour] ?? 1);
    }
  }
  const dims = input.layout === 'nchw' ? [1, 3, SIZE, SIZE] : [1, SIZE, SIZE, 3];
  const tensor = input.dtype === 'uint8' ? new ort.Tensor('uint8', Uint8Array.from(values), dims) : new ort.Tensor('float32', values, dims);
  const found = (await session.run({ [input.name ?? '']: tensor }, [output]))[output]?.data as Float32Array;
  await session.release();
  return found;
}

async function wrapped(
  file: Uint8Array,
  wrapping: WrappingOptions,
  pixels: Uint8Array,
  size: number,
): Promise<{ probabilities: Float32Array; features: Float32Array | null }> {
  const session = await ort.InferenceSession.create(wrapOnnx(file, wrapping));
  const outputs = await session.run({ pictures: new ort.Tensor('uint8', pixels, [size, SIZE, SIZE, 3]) });
  await session.release();
  return { probabilities: outputs['probabilities']?.data as Float32Array, features: (outputs['features']?.data as Float32Array | undefined) ?? null };
}

/** Largest distance of any probability of a batch of three from what the file itself says of each picture. */
async function difference(file: SmallOnnxOptions, wrapping: WrappingOptions, read: WrappingOptions = wrapping): Promise<number> {
  const bytes = smallOnnx({ size: SIZE, ...file });
  const pixels = noise(3 * PICTURE);
  const { probabilities } = await wrapped(bytes, wrapping, pixels, 3);
  expect(probabilities).toHaveLength(3 * ONNX_LABELS);
  let worst = 0;
  for (let row = 0; row < 3; row++) {
    const expected = await original(
      smallOnnx({ size: SIZE, ...file, softmax: true }),
      pixels.subarray(row * PICTURE, (row + 1) * PICTURE),
      read.input,
      read.outputs.classes,
    );
    for (const [label, value] of expected.entries())
      worst = Math.max(worst, Math.abs(value - (probabilities[row * ONNX_LABELS + label] ?? Number.NaN)));
  }
  return worst;
}

describe('wrapOnnx gives what the file itself gives, in batches', () => {
  const mean = [120, 110, 100] as const;
  const byChannel = { mean, scale: [58, 57, 56] } as const;
  it.each<[string, SmallOnnxOptions, WrappingOptions]>([
    ['written for one picture, channels first', {}, options()],
    ['for any number of pictures', { batch: 'N' }, options()],
    ['channels last', { layout: 'nhwc' }, options({ layout: 'nhwc' })],
    ['of BGR pictures, normalised channel by channel', {}, options({ colourOrder: 'bgr', normalisation: byChannel })],
    ['that takes bytes', { dtype: 'uint8', layout: 'nhwc' }, options({ dtype: 'uint8', layout: 'nhwc', normalisation: NO_NORMALISATION })],
    ['that is old: constants are inputs', { constantsAreInputs: true, opset: 7 }, options()],
    ['of the newest operators', { opset: 17 }, options()],
    ['whose results have four dimensions', { wide: true }, options()],
  ])('%s', async (_, file, wrapping) => {
    expect(await difference(file, wrapping)).toBeLessThan(1e-6);
  });

  it('puts a softmax behind logits', async () => {
    const logits = options({}, { outputs: { classes: 'prob_1', kind: 'logits', features: null } });
    expect(await difference({ softmax: false }, logits)).toBeLessThan(1e-6);
  });

  it('takes tensors inside of the graph as results', async () => {
    const inner = options({}, { outputs: { classes: 'logits', kind: 'logits', features: 'relu' }, featureSize: FEATURES * 49 });
    expect(await difference({}, inner, options())).toBeLessThan(1e-6);
  });

  it('gives features', async () => {
    const pixels = noise(2 * PICTURE);
    const file = smallOnnx({ size: SIZE });
    const { features } = await wrapped(file, options(), pixels, 2);
    expect(features).toHaveLength(2 * FEATURES);
    const none = options({}, { outputs: { classes: 'prob_1', kind: 'probabilities', features: null } });
    expect((await wrapped(file, none, pixels, 2)).features).toBeNull();
  });

  it('makes room when the file calls its tensors as we do', async () => {
    const names = { input: 'pictures', classes: 'probabilities', features: 'features' };
    const wrapping = options({ name: 'pictures' }, { outputs: { classes: 'probabilities', kind: 'probabilities', features: 'features' } });
    expect(await difference({ names }, wrapping)).toBeLessThan(1e-6);
  });
});

describe('wrapOnnx refuses, by name', () => {
  it.each<[string, SmallOnnxOptions, WrappingOptions, string, string]>([
    ['another input', {}, options({ name: 'x' }), 'MODEL_INVALID', "input.name is x, the file's input is called data_0"],
    ['another type', {}, options({ dtype: 'uint8' }), 'MODEL_INVALID', 'input.dtype is uint8'],
    ['another layout', {}, options({ layout: 'nhwc' }), 'MODEL_INVALID', 'describes pictures of 9 × 9 × 3 (nhwc), the file wants 3 × 9 × 9'],
    ['another size', { size: 8 }, options(), 'MODEL_INVALID', 'the file wants 3 × 8 × 8'],
    [
      'an output that is not there',
      {},
      options({}, { outputs: { classes: 'y', kind: 'logits', features: null } }),
      'MODEL_INVALID',
      'no tensor of the file is called y; its outputs are prob_1',
    ],
    ['another number of labels', {}, options({}, { labelCount: 1000 }), 'MODEL_INVALID', 'prob_1 has 3 values a picture, the model has 1000 labels'],
    ['a batch of four', { batch: 4 }, options(), 'MODEL_UNSUPPORTED_LAYER', 'batches of 4 pictures only'],
    ['old operators', { opset: 6 }, options(), 'MODEL_UNSUPPORTED_LAYER', 'operator set 6; 7 and newer'],
    [
      'names that are ours',
      { names: { input: 'data_0', classes: 'prob_1', features: 'framewatch/x' } },
      options({}, { outputs: { classes: 'prob_1', kind: 'probabilities', features: null } }),
      'MODEL_UNSUPPORTED_LAYER',
      'a tensor called framewatch/x',
    ],
  ])('%s', (_, file, wrapping, code, message) => {
    expect(() => wrapOnnx(smallOnnx({ size: SIZE, ...file }), wrapping)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    );
  });

  it.each([
    ['nothing', new Uint8Array()],
    ['a text', Buffer.from('this is no network')],
    ['half a file', smallOnnx().subarray(0, 300)],
  ])('%s', (_, bytes) => {
    expect(() => wrapOnnx(bytes, options())).toThrow(
      expect.objectContaining({ code: 'MODEL_INVALID', message: expect.stringContaining('not an ONNX file') }),
    );
  });

  it('whatever is wrong with the bytes: it never ends in another way', () => {
    const file = smallOnnx({ size: SIZE });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(file.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }), (changes) => {
        const bytes = Uint8Array.from(file);
        for (const [at, byte] of changes) bytes[at] = byte;
        try {
          wrapOnnx(bytes, options());
        } catch (error) {
          expect(error).toBeInstanceOf(FramewatchError);
        }
      }),
      { numRuns: 100 },
    );
  });
});
