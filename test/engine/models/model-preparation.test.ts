import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openOnnx } from '../../../src/engine/backends/onnx.ts';
import { cacheName, prepareModel } from '../../../src/engine/models/model-preparation.ts';
import { readManifest } from '../../../src/engine/models/model-store.ts';
import { sha256 } from '../../../src/engine/models/sha256.ts';
import { SanitySelfTest } from '../../../src/engine/self-test/sanity-self-test.ts';
import { ModelSelfTest } from '../../../src/engine/self-test/self-test.ts';
import { type Logger, silentLogger } from '../../../src/util/logger.ts';
import { writeSmallModel } from '../../helpers/small-model.ts';
import { smallOnnx } from '../../helpers/small-onnx.ts';

let modelsDir = '';
beforeEach(async () => {
  modelsDir = mkdtempSync(join(tmpdir(), 'framewatch-prepare-'));
  await writeSmallModel(modelsDir, (tf, x) => tf.layers.dense({ units: 3, activation: 'softmax' }).apply(tf.layers.flatten().apply(x)) as typeof x);
});
afterEach(() => rmSync(modelsDir, { recursive: true, force: true }));

const prepare = (logger: Logger = silentLogger) => prepareModel({ name: 'small', modelsDir, stateDir: join(modelsDir, 'state'), logger });
const prepareFile = async (logger?: Logger) => (await prepare(logger)).onnxFile ?? expect.unreachable();

function collector(): Logger & { readonly lines: string[] } {
  const lines: string[] = [];
  const add = (_: object, message: string) => void lines.push(message);
  return { ...silentLogger, info: add, warn: add, lines };
}

it('converts once; the model passes its own self-test', async () => {
  const first = collector();
  const model = await prepare(first);
  expect(first.lines).toEqual(['Converting the model; this happens once', 'The model is converted']);
  const second = collector();
  expect(await prepare(second)).toEqual(model);
  expect(second.lines).toEqual([]);
  const backend = await openOnnx(model, { device: 'cpu', threads: 1, features: true });
  for (const size of [1, 2, 4]) await new ModelSelfTest(model).runAll(backend, size);
  await backend.close();
});

it('converts a damaged conversion again and says so', async () => {
  const onnxFile = await prepareFile();
  const whole = readFileSync(onnxFile);
  writeFileSync(onnxFile, whole.subarray(0, whole.length - 1));
  const log = collector();
  await prepare(log);
  expect(log.lines[0]).toBe('The converted model is damaged; it is converted again');
  expect(readFileSync(onnxFile).equals(whole)).toBe(true);
});

it.each(['weights.bin', 'model.json'])('refuses one flipped bit in %s', async (name) => {
  const file = join(modelsDir, 'small', name);
  const bytes = readFileSync(file);
  bytes.writeUInt8(bytes.readUInt8(30) ^ 1, 30);
  writeFileSync(file, bytes);
  await expect(prepare()).rejects.toMatchObject({ code: 'MODEL_HASH_MISMATCH', message: expect.stringContaining(join(modelsDir, 'small')) });
});

it('lets two processes convert at once', async () => {
  const [one, other] = await Promise.all([prepare(), prepare()]);
  expect(one).toEqual(other);
  expect(readdirSync(join(modelsDir, 'state', 'cache', 'models'))).toHaveLength(2);
});

it('removes older conversions of the same model, and nothing else', async () => {
  const cache = join(modelsDir, 'state', 'cache', 'models');
  const old = [`small-${'a'.repeat(16)}-${'b'.repeat(8)}-v1.onnx`, `small-${'c'.repeat(16)}-${'d'.repeat(8)}-v999.onnx`];
  const others = [`smaller-${'a'.repeat(16)}-${'b'.repeat(8)}-v1.onnx`, `small-x-${'a'.repeat(16)}-${'b'.repeat(8)}-v1.onnx`, 'small-notes.txt'];
  mkdirSync(cache, { recursive: true });
  for (const name of [...old, ...others]) writeFileSync(join(cache, name), 'x');
  for (const name of [...old, ...others]) writeFileSync(join(cache, `${name}.sha256`), 'x');
  const onnxFile = await prepareFile();
  const kept = [basename(onnxFile), ...others].flatMap((name) => [name, `${name}.sha256`]);
  expect(readdirSync(cache).sort()).toEqual(kept.sort());
});

it('says when the conversion cannot be written', async () => {
  writeFileSync(join(modelsDir, 'state'), 'a file, not a folder');
  await expect(prepare()).rejects.toMatchObject({ code: 'ENGINE_START_FAILED', message: expect.stringContaining('could not be written') });
});

it('names the conversion after everything that shapes it', () => {
  const manifest = readManifest('small', { modelsDir, stateDir: modelsDir });
  const other = { ...manifest, input: { ...manifest.input, normalisation: { ...manifest.input.normalisation, mean: [1, 1, 1] as const } } };
  expect(cacheName(other)).not.toBe(cacheName(manifest));
  expect(cacheName({ ...manifest, title: 'Another' })).toBe(cacheName(manifest));
});

it.each([
  ['a flipped bit in the weights', (file: Buffer) => Buffer.from(file.map((byte, at) => (at === 200 ? byte ^ 1 : byte)))],
  ['a file that was cut off', (file: Buffer) => file.subarray(0, file.length - 1)],
])('refuses an ONNX file with %s; as it should be it is put into our form once', async (_, damage) => {
  const file = writeOnnxModel('zoo');
  const whole = readFileSync(file);
  const options = { name: 'zoo', modelsDir, stateDir: join(modelsDir, 'state'), logger: silentLogger };
  writeFileSync(file, damage(whole));
  await expect(prepareModel(options)).rejects.toMatchObject({ code: 'MODEL_HASH_MISMATCH', message: expect.stringContaining(file) });
  writeFileSync(file, whole);
  const model = await prepareModel(options);
  rmSync(file);
  // The conversion is all that later starts need.
  expect(await prepareModel(options)).toEqual(model);
  const backend = await openOnnx(model, { device: 'cpu', threads: 1, features: false });
  const selfTest = new SanitySelfTest(model);
  for (const size of [1, 2, 4]) await selfTest.runAll(backend, size);
  await backend.close();
});

it('says how weights that were not pulled yet can be had', async () => {
  writeOnnxModel('zoo', { url: 'https://models.test/zoo.onnx', bytes: 5 });
  rmSync(join(modelsDir, 'zoo', 'zoo.onnx'));
  const preparing = prepareModel({ name: 'zoo', modelsDir, stateDir: join(modelsDir, 'state'), logger: silentLogger });
  await expect(preparing).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND', message: expect.stringContaining('framewatch models pull zoo') });
});

/** A model folder around an ONNX file; gives the file. */
function writeOnnxModel(name: string, source: object = {}): string {
  const folder = join(modelsDir, name);
  mkdirSync(folder);
  const bytes = smallOnnx({ size: 8 });
  const file = join(folder, `${name}.onnx`);
  writeFileSync(file, bytes);
  writeFileSync(join(folder, 'labels.yaml'), '- name: a\n- name: b\n- name: c\n');
  const manifest = {
    ...{ schema: 1, name, title: 'Made by a test', architecture: 'small', format: 'onnx', source: { file: `${name}.onnx`, ...source } },
    weightsSha256: sha256(bytes),
    input: {
      name: 'data_0',
      size: 8,
      layout: 'nchw',
      dtype: 'float32',
      colourOrder: 'rgb',
      fit: 'stretch',
      normalisation: { mean: 127.5, scale: 127.5 },
    },
    outputs: { probabilities: { tensor: 'prob_1' } },
    ...{ labels: 'labels.yaml', license: { spdx: 'Apache-2.0', origin: 'made by a test' }, selfTest: 'none' },
  };
  writeFileSync(join(folder, 'model.yaml'), JSON.stringify(manifest));
  return file;
}
