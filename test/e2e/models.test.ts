import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { SymbolicTensor } from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { savedModelType } from '../../src/engine/inspection/saved-model-message.ts';
import { sha256 } from '../../src/engine/models/sha256.ts';
import { fileServer } from '../helpers/file-server.ts';
import { writeSmallGraph } from '../helpers/small-graph.ts';
import { writeSmallModel } from '../helpers/small-model.ts';
import { smallOnnx } from '../helpers/small-onnx.ts';

// The built command on models that the tests make, served by a real HTTP server where they are pulled.

const COMMAND = path.resolve(import.meta.dirname, '../../dist/cli/main.js');
const PETS = 'cat\ndog\nowl\n';

let folder = '';
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'framewatch-models-'));
  writeFileSync(path.join(folder, 'pets.txt'), PETS);
  writeFileSync(path.join(folder, 'net.onnx'), smallOnnx({ size: 16 }));
  const build = (tf: Parameters<Parameters<typeof writeSmallModel>[1]>[0], x: SymbolicTensor) => {
    const conv = tf.layers.conv2d({ filters: 8, kernelSize: 3, strides: 2, activation: 'relu' }).apply(x);
    return tf.layers
      .dense({ units: 3, activation: 'softmax' })
      .apply(tf.layers.globalAveragePooling2d({ name: 'pool' }).apply(conv)) as SymbolicTensor;
  };
  await writeSmallModel(folder, build, { name: 'layers', inputSize: 16 });
  writeSmallGraph(folder, { name: 'graph', logits: true });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command to its end; `until`: text on either output at which it is told to end. */
function framewatch(args: readonly string[], until?: string): Promise<Ended> {
  const child = spawn(process.execPath, [COMMAND, ...args], { cwd: folder, env: { PATH: process.env['PATH'] }, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
      if (until !== undefined && output[name].includes(until)) child.kill('SIGTERM');
    });
  }
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, ...output })));
}

const own = (...parts: readonly string[]) => path.join(folder, 'state', 'models', ...parts);

/** A configuration with a modelsDir of its own, in which a model can be pulled from `url`. */
function pullable(name: string, url: string, bytes: Buffer): string {
  const modelsDir = path.join(folder, `models-${name}`);
  mkdirSync(path.join(modelsDir, name), { recursive: true });
  writeFileSync(path.join(modelsDir, name, 'labels.yaml'), '- name: cat\n- name: dog\n- name: owl\n');
  const manifest = {
    ...{ schema: 1, name, title: 'Pulled by a test', architecture: 'small', format: 'onnx', labels: 'labels.yaml', selfTest: 'none' },
    source: { url, bytes: bytes.length, file: 'net.onnx' },
    weightsSha256: sha256(bytes),
    input: {
      name: 'data_0',
      size: 16,
      layout: 'nchw',
      dtype: 'float32',
      colourOrder: 'rgb',
      fit: 'centre-crop',
      normalisation: { mean: 127.5, scale: 127.5 },
    },
    outputs: { probabilities: { tensor: 'prob_1' } },
    license: { spdx: 'Apache-2.0', origin: 'made by a test' },
  };
  writeFileSync(path.join(modelsDir, name, 'model.yaml'), JSON.stringify(manifest));
  const config = path.join(folder, `${name}.yaml`);
  const quiet =
    'mqtt: { enabled: false }\nhttp: { enabled: false }\nlog: { format: json }\nbatching: { maxBatchSize: 2, allowedBatchSizes: [1, 2] }\n';
  writeFileSync(config, `model: ${name}\nmodelsDir: ${modelsDir}\nstateDir: state\ncameras: {}\n${quiet}`);
  return config;
}

describe('models pull and verify', () => {
  it('fetches, resumes, says that nothing is expected of the model; run says so, too; a flipped byte is found and mended', async () => {
    const bytes = readFileSync(path.join(folder, 'net.onnx'));
    const server = await fileServer(bytes, { etag: '"1"', statuses: [503] });
    const config = pullable('zoo', server.url, bytes);
    expect(await framewatch(['models', 'verify', 'zoo', '--config', config])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('framewatch models pull zoo'),
    });
    expect(await framewatch(['run', '--config', config])).toMatchObject({ code: 78, stderr: expect.stringContaining('framewatch models pull zoo') });

    expect(await framewatch(['check', '--config', config])).toMatchObject({ code: 0, stderr: expect.stringContaining('framewatch models pull zoo') });

    const pulled = await framewatch(['models', 'pull', 'zoo', '--config', config, '--json']);
    expect(JSON.parse(pulled.stdout)).toEqual({
      ...{ name: 'zoo', state: 'downloaded', source: server.url, resumedFrom: 0, file: own('zoo', 'net.onnx') },
      ...{ bytes: bytes.length, sha256: sha256(bytes), verified: false },
    });
    expect(pulled.stderr).toContain('UNVERIFIED');
    expect(readFileSync(own('zoo', 'net.onnx')).equals(bytes)).toBe(true);

    const verified = await framewatch(['models', 'verify', '--config', config]);
    expect(verified).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^zoo: files as in the manifest, and it computes on onnx \(.*\) at batch sizes 1, 2, but it is UNVERIFIED/),
    });
    const ran = await framewatch(['run', '--config', config], 'UNVERIFIED');
    expect(ran.stdout + ran.stderr).toMatch(/"level":"warn".*UNVERIFIED/);

    const damaged = Buffer.from(bytes);
    damaged.writeUInt8(damaged.readUInt8(300) ^ 1, 300);
    writeFileSync(own('zoo', 'net.onnx'), damaged);
    const found = await framewatch(['models', 'verify', 'zoo', '--config', config, '--json']);
    expect(found.code).toBe(1);
    expect(JSON.parse(found.stdout)).toMatchObject({ ok: false, models: [{ name: 'zoo', state: 'failed', code: 'MODEL_HASH_MISMATCH' }] });
    expect(await framewatch(['models', 'pull', 'zoo', '--config', config, '--from', path.join(folder, 'net.onnx')])).toMatchObject({ code: 0 });
    expect(readFileSync(own('zoo', 'net.onnx')).equals(bytes)).toBe(true);
    expect(await framewatch(['models', 'pull', 'zoo', '--config', config])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('is there already'),
    });
  });

  it('mends a wrong file beside the manifest, which goes before a pulled one; does not call weights present that are missing', async () => {
    const bytes = readFileSync(path.join(folder, 'net.onnx'));
    const server = await fileServer(bytes);
    const config = pullable('beside', server.url, bytes);
    const beside = path.join(folder, 'models-beside', 'beside', 'net.onnx');
    writeFileSync(beside, 'half');
    expect(await framewatch(['models', 'pull', 'beside', '--config', config])).toMatchObject({ code: 0 });
    expect(readFileSync(beside).equals(bytes)).toBe(true);

    const manifest = path.join(folder, 'models-beside', 'beside', 'model.yaml');
    const { source, ...rest } = JSON.parse(readFileSync(manifest, 'utf8')) as { source: object };
    writeFileSync(manifest, JSON.stringify({ ...rest, source: { file: 'gone.onnx' } }));
    expect(source).toHaveProperty('url');
    expect(await framewatch(['models', 'pull', 'beside', '--config', config, '--json'])).toMatchObject({
      ...{ code: 1, stdout: '' },
      stderr: expect.stringMatching(/MODEL_NOT_FOUND: .*gone.onnx is not there/),
    });
  });

  it('keeps a wrong file out', async () => {
    const bytes = readFileSync(path.join(folder, 'net.onnx'));
    const server = await fileServer(Buffer.from(bytes.toReversed()));
    const config = pullable('wrong', server.url, bytes);
    expect(await framewatch(['models', 'pull', 'wrong', '--config', config])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^framewatch: MODEL_HASH_MISMATCH: .*what came has SHA-256/m),
    });
    expect(readdirSync(own('wrong'))).toEqual([]);
  });
});

describe('models import', () => {
  const told = ['--normalise', '-1..1', '--labels', 'pets.txt'];

  it.each([
    ['layers', 'layers', 'wasm', 'onnx', '8'],
    ['graph', 'graph', 'wasm', 'wasm', '4'],
    ['net.onnx', 'own-onnx', 'onnx', 'onnx', '5'],
  ])('takes %s, keeps what the reference says as its self-test, and what runs it passes', async (source, name, reference, runsOn, featureSize) => {
    const imported = await framewatch(['models', 'import', source, '--name', name, ...told, '--json']);
    expect(imported).toMatchObject({ code: 0 });
    expect(JSON.parse(imported.stdout)).toMatchObject({ name, folder: own(name), selfTest: { reference, runsOn, featureSize: Number(featureSize) } });
    expect(readdirSync(own()).filter((entry) => entry.startsWith('.'))).toEqual([]);
    const verified = await framewatch(['models', 'verify', name, '--json']);
    expect(JSON.parse(verified.stdout)).toMatchObject({
      ok: true,
      models: [{ name, state: 'passed', engine: { backend: runsOn, selfTest: 'golden' } }],
    });
  });

  it('is not fooled afterwards: another normalisation and swapped colours in the manifest fail its self-test', async () => {
    await framewatch(['models', 'import', 'layers', '--name', 'bent', ...told]);
    const manifest = readFileSync(own('bent', 'model.yaml'), 'utf8');
    for (const [from, to] of [
      ['mean: 127.5', 'mean: 0'],
      ['colourOrder: rgb', 'colourOrder: bgr'],
    ] as const) {
      writeFileSync(own('bent', 'model.yaml'), manifest.replace(from, to));
      expect(await framewatch(['models', 'verify', 'bent'])).toMatchObject({ code: 1, stderr: expect.stringContaining('MODEL_SELF_TEST_FAILED') });
    }
  });

  it('says with 64 what it must be told, and refuses a name that is taken', async () => {
    expect(await framewatch(['models', 'import', 'layers', '--name', 'untold'])).toMatchObject({
      code: 64,
      stderr: expect.stringMatching(/--normalise .*\n {2}--labels/),
    });
    expect(await framewatch(['models', 'import', 'layers', '--name', 'No'])).toMatchObject({ code: 64 });
    const again = ['models', 'import', 'net.onnx', '--name', 'own-onnx', ...told, '--features', 'relu', '--json'];
    expect(await framewatch(again)).toMatchObject({ code: 1, stderr: expect.stringContaining('--replace') });
    // How long the values of a tensor inside are stands nowhere: they are counted when it runs. Five channels of 14 × 14 pixels.
    const replaced = await framewatch([...again, '--replace']);
    expect(JSON.parse(replaced.stdout)).toMatchObject({ selfTest: { featureSize: 5 * 14 * 14 } });
  });

  it('does not hide a model of the package without being told to', async () => {
    const args = ['models', 'import', 'net.onnx', '--name', 'inception-v3-content-safety', ...told, '--unverified'];
    expect(await framewatch(args)).toMatchObject({ code: 1, stderr: expect.stringContaining('--replace') });
    expect(await framewatch([...args, '--replace'])).toMatchObject({ code: 0 });
    rmSync(own('inception-v3-content-safety'), { recursive: true });
  });

  it('leaves nothing of an import that is ended in the middle', async () => {
    const ended = await framewatch(['models', 'import', 'net.onnx', '--name', 'ended', ...told], 'asking the reference');
    expect(ended).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('ended by SIGTERM') });
    expect(readdirSync(own()).filter((entry) => entry.includes('ended') || entry.startsWith('.'))).toEqual([]);
  });

  it('leaves nothing of a model that fails its first run', async () => {
    const flat = path.join(folder, 'flat.onnx');
    writeFileSync(flat, smallOnnx({ size: 16, blind: true }));
    expect(await framewatch(['models', 'import', flat, '--name', 'flat', ...told])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('it says the same of 4 different pictures'),
    });
    expect(readdirSync(own()).filter((entry) => entry.includes('flat') || entry.startsWith('.'))).toEqual([]);
  });

  it('takes a SavedModel only where TensorFlow can run it, or unverified, and says so', async () => {
    const saved = path.join(folder, 'saved');
    mkdirSync(path.join(saved, 'variables'), { recursive: true });
    const tensor = (...dims: readonly number[]) => ({ dtype: 1, tensorShape: { dim: dims.map((size) => ({ size })) } });
    const signature = { inputs: { image: tensor(-1, 16, 16, 3) }, outputs: { scores: tensor(-1, 3) } };
    const model = { metaGraphs: [{ metaInfoDef: { tags: ['serve'] }, signatureDef: { serving_default: signature } }] };
    writeFileSync(path.join(saved, 'saved_model.pb'), savedModelType().encode(savedModelType().fromObject(model)).finish());
    writeFileSync(path.join(saved, 'variables', 'variables.index'), 'weights');
    const args = ['models', 'import', saved, '--name', 'saved', ...told, '--outputs', 'logits'];
    // A graph without operations: TensorFlow, where it is installed, refuses it, and says why.
    expect(await framewatch(args)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/ENGINE_(BACKEND_UNAVAILABLE|START_FAILED): .*TensorFlow/),
    });
    expect(await framewatch([...args, '--unverified'])).toMatchObject({ code: 0, stderr: expect.stringContaining('UNVERIFIED') });
    const { stdout } = await framewatch(['models', 'list']);
    expect(stdout).toMatch(/^saved .* saved-model +3 +16 × 16 +ready, unverified$/m);
    expect(readdirSync(own('saved', 'original'))).toEqual(['saved_model.pb', 'variables']);
    expect(JSON.parse((await framewatch(['models', 'show', 'saved', '--json'])).stdout)).toMatchObject({
      name: 'saved',
      outputs: { kind: 'logits' },
      weights: { state: 'here' },
    });
  });
});
