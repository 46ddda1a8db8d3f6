import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openOnnxInt8 } from '../../src/engine/backends/onnx.ts';
import { prepareModel } from '../../src/engine/models/model-preparation.ts';
import { EngineSupervisor } from '../../src/engine/process/engine-supervisor.ts';
import { findInt8 } from '../../src/engine/quantization/int8-form.ts';
import { Int8SelfTest } from '../../src/engine/quantization/int8-self-test.ts';
import { drawTestPicture } from '../../src/engine/self-test/test-picture.ts';
import { systemClock } from '../../src/util/clock.ts';
import { silentLogger } from '../../src/util/logger.ts';
import { root, runCommand, shareCache } from '../helpers/daemon.ts';
import { BUILT_ENGINE_MAIN } from '../helpers/puppet-engine.ts';
import { recordingLogger } from '../helpers/recording-logger.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';
import { makeTestClip } from '../helpers/test-clip.ts';

// The bundled Inception in int8: made by the built command, of few pictures, and run by the engine process.

const NAME = 'inception-v3-content-safety';
const MODELS = path.join(root, 'models');

interface Printed {
  readonly file: string;
  readonly floatBytes: number;
  readonly int8Bytes: number;
  readonly pictures: number;
  readonly inFloat: readonly { readonly layer: string; readonly reason: string }[];
  readonly inInt8: readonly object[];
  readonly criteria: readonly { readonly name: string; readonly met: boolean }[];
}

let stateDir = '';
let config = '';
let printed: Printed;

beforeAll(async () => {
  stateDir = mkdtempSync(path.join(tmpdir(), 'framewatch-int8-'));
  shareCache(stateDir);
  config = path.join(stateDir, 'framewatch.yaml');
  writeFileSync(config, `stateDir: ${stateDir}\nbatching: { maxBatchSize: 2, allowedBatchSizes: [1, 2] }\ncameras: {}\n`);
  const clip = await makeTestClip({ file: path.join(stateDir, 'clip.mp4'), seconds: 1, size: '320x180' });
  const { code, stdout, stderr } = await runCommand([
    'models',
    'quantize',
    NAME,
    '--config',
    config,
    '--pictures',
    '8',
    '--calibrate',
    clip,
    '--json',
  ]);
  expect(stderr).toContain('calibration: ');
  expect(code, stderr).toBe(0);
  printed = JSON.parse(stdout) as Printed;
}, 300_000);

afterAll(() => rmSync(stateDir, { recursive: true, force: true }));

function engineOf(precision: 'auto' | 'int8' | 'float32', state = stateDir, features = false) {
  const log = recordingLogger();
  const engine = new EngineSupervisor({
    entryPoint: BUILT_ENGINE_MAIN,
    init: {
      ...{ model: NAME, modelsDir: MODELS, stateDir: state, backend: 'auto', device: 'cpu', onUnavailable: 'fail', precision, threads: 0 },
      ...{ batchSizes: [1, 2], features },
    },
    ...{ clock: systemClock, log, onAvailability: () => undefined },
  });
  return { engine, log };
}

/** The int8 form of `stateDir` in a folder of its own, changed by `harm`. */
function harmed(harm: (folder: string) => void): string {
  const state = temporaryDirectory();
  shareCache(state);
  const [from, to] = [stateDir, state].map((dir) => path.join(dir, 'models', NAME));
  mkdirSync(to ?? '', { recursive: true });
  for (const name of readdirSync(from ?? '')) writeFileSync(path.join(to ?? '', name), readFileSync(path.join(from ?? '', name)));
  harm(to ?? '');
  return state;
}

const breakGraph = (folder: string) => {
  const file = path.join(folder, readdirSync(folder).find((name) => name.endsWith('.onnx')) ?? '');
  const bytes = readFileSync(file);
  bytes.writeUInt8(bytes.readUInt8(1_000_000) ^ 1, 1_000_000);
  writeFileSync(file, bytes);
};
const makeStale = (folder: string) => {
  const file = path.join(folder, 'int8.json');
  writeFileSync(file, JSON.stringify({ ...(JSON.parse(readFileSync(file, 'utf8')) as object), floatForm: 'of other weights' }));
};

describe('models quantize', () => {
  it('makes a file about a quarter of the size, and says what stays in float and why', () => {
    expect(printed.int8Bytes / printed.floatBytes).toBeLessThan(0.28);
    expect(printed.pictures).toBe(8 + 7);
    expect(printed.inFloat.map(({ layer }) => layer)).toEqual(expect.arrayContaining(['conv2d_1:Conv', 'dense_1:Gemm', 'dense_3:Softmax']));
    expect(printed.inFloat.every(({ reason }) => reason.length > 10)).toBe(true);
    expect(printed.inInt8.length).toBe(90);
  });

  it('meets the criteria on drawings that it did not see', () => {
    expect(printed.criteria.filter(({ met }) => !met)).toEqual([]);
  });

  it('refuses a source that is not there, and leaves what it made before', async () => {
    const { code, stderr } = await runCommand(['models', 'quantize', NAME, '--config', config, '--pictures', '4', '--calibrate', '/nowhere/x.mp4']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('RECORDING_UNREADABLE: /nowhere/x.mp4')]);
    expect(readdirSync(path.dirname(printed.file))).toContain(path.basename(printed.file));
  });
});

describe('models quantize, over a form that was good', () => {
  const whatIsThere = () => readdirSync(path.dirname(printed.file)).sort();

  it('keeps it when the new one fails its self-test, and prints what it found all the same', async () => {
    const models = temporaryDirectory();
    cpSync(MODELS, models, { recursive: true });
    const manifest = path.join(models, NAME, 'model.yaml');
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('Hentai: 0.256530, Neutral: 0.561005', 'Hentai: 0.561005, Neutral: 0.256530'));
    const other = path.join(models, 'framewatch.yaml');
    writeFileSync(other, `${readFileSync(config, 'utf8')}modelsDir: ${models}\n`);
    const before = whatIsThere();
    const { code, stdout, stderr } = await runCommand(['models', 'quantize', NAME, '--config', other, '--pictures', '4']);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/MODEL_SELF_TEST_FAILED: .*Hentai is .*Nothing was written/)]);
    expect(stdout).toMatch(/left in float:[\s\S]*self-test: FAILED/);
    expect(whatIsThere()).toEqual(before);
  });

  it('keeps it when it is interrupted, after the calibration, too', async () => {
    const before = whatIsThere();
    const interruptAfter = 'calibration: 4 of 4';
    const { code, stdout, stderr } = await runCommand(['models', 'quantize', NAME, '--config', config, '--pictures', '4'], { interruptAfter });
    expect([code, stdout, stderr]).toEqual([1, '', expect.stringContaining('ended by SIGINT; nothing was written')]);
    expect(whatIsThere()).toEqual(before);
  });
});

describe('the engine', () => {
  it('runs int8 where it is asked for and with auto, and gives probabilities and features', async () => {
    const pixels = () => Uint8Array.from(drawTestPicture('skin', 77, 299));
    const results = [];
    for (const precision of ['float32', 'int8', 'auto'] as const) {
      const { engine } = engineOf(precision, stateDir, true);
      const info = await engine.start();
      const { probabilities, features } = await engine.classify({ pixels: pixels(), count: 1, paddedTo: 1 });
      results.push({ precision: info.precision, selfTest: info.selfTest, probabilities, features });
      await engine.close();
    }
    const [float, int8, auto] = results;
    expect(results.map(({ precision, selfTest }) => [precision, selfTest])).toEqual([
      ['float32', 'golden'],
      ['int8', 'golden'],
      ['int8', 'golden'],
    ]);
    expect(auto?.probabilities).toEqual(int8?.probabilities);
    expect(int8?.probabilities).not.toEqual(float?.probabilities);
    const [wanted, got] = [float?.features ?? new Float32Array(), int8?.features ?? new Float32Array()];
    expect(got).toHaveLength(2048);
    // The angle between them: features are compared by it.
    const dot = (one: Float32Array, other: Float32Array) => one.reduce((sum, value, index) => sum + value * (other[index] ?? 0), 0);
    expect(dot(wanted, got) / Math.sqrt(dot(wanted, wanted) * dot(got, got))).toBeGreaterThan(0.99);
  });

  it.each([
    ['damaged', breakGraph, 'is damaged'],
    ['of other weights', makeStale, 'other weights'],
  ])('does not use an int8 form that is %s: int8 refuses to start, auto says why it computes in float32', async (_what, harm, words) => {
    const state = harmed(harm);
    const strict = engineOf('int8', state);
    await expect(strict.engine.start()).rejects.toMatchObject({ code: 'MODEL_HASH_MISMATCH', message: expect.stringContaining(words) });
    await strict.engine.close();
    const { engine, log } = engineOf('auto', state);
    const { precision, fallback } = await engine.start();
    await engine.close();
    expect([precision, fallback]).toEqual(['float32', expect.stringMatching(new RegExp(`float32, .*${words}`))]);
    expect(log.lines.filter(({ level }) => level === 'warn').map(({ fields }) => fields['fallback'])).toEqual([fallback]);
  });

  it('says what to do when there is none', async () => {
    const state = harmed((folder) => writeFileSync(path.join(folder, 'int8.json'), 'null'));
    const { code, stderr } = await runCommand(['models', 'verify', NAME, '--config', withState(state)]);
    expect([code, stderr]).toEqual([1, expect.stringContaining(`models quantize ${NAME}`)]);
  });
});

function withState(state: string): string {
  const file = path.join(state, 'framewatch.yaml');
  writeFileSync(file, `stateDir: ${state}\nengine: { precision: int8 }\nbatching: { maxBatchSize: 2, allowedBatchSizes: [1, 2] }\ncameras: {}\n`);
  return file;
}

it('the int8 self-test catches swapped colours', async () => {
  const model = await prepareModel({ name: NAME, modelsDir: MODELS, stateDir, logger: silentLogger });
  const form = await findInt8(NAME, { stateDir }, path.basename(model.onnxFile ?? ''));
  if (form.state !== 'ready') throw new Error(form.reason);
  const backend = await openOnnxInt8(model, form.file, { device: 'cpu', threads: 0, features: false });
  try {
    await new Int8SelfTest(model, form.selfTest).runAll(backend, 1);
    const swapped = {
      ...backend,
      name: backend.name,
      device: backend.device,
      run: (pixels: Uint8Array, size: number) =>
        backend.run(
          pixels.map((_, at) => pixels[at + 2 - 2 * (at % 3)] ?? 0),
          size,
        ),
    };
    await expect(new Int8SelfTest(model, form.selfTest).runAll(swapped, 1)).rejects.toMatchObject({ code: 'MODEL_SELF_TEST_FAILED' });
  } finally {
    await backend.close();
  }
});
