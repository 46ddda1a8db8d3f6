// What people do today against this engine: `npm run -s bench:baselines -- [--rounds 8] [--batch 8] [--pictures 12] [--nsfwjs wasm|cpu] [--json]`.
// The same pictures (drawn ones, and a moving test picture of ffmpeg's), all 299 × 299, the same network, the same machine, in turn in one run: (a) a new session for every
// picture, (b) one session, one picture at a time, (c) nsfwjs' own classify() on TensorFlow.js, (d) this engine, in batches. Each round gives a ratio of (d) to
// each; the median is the result. Opening and warming up is not counted, but for (a), where it is the point. (a) and (b) are onnxruntime-node in this process.
// nsfwjs' users on Node are told to install @tensorflow/tfjs-node, which is faster than the WebAssembly that is measured here and could not be had where this was written:
// what is said here of (c) says nothing about that. Without it TensorFlow.js takes `cpu`, plain JavaScript, which is slower by far: `--nsfwjs cpu`, of one picture a round.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type * as TensorFlow from '@tensorflow/tfjs';
import type * as Nsfwjs from 'nsfwjs';
import { openOnnx } from '../src/engine/backends/onnx.ts';
import { startWasm } from '../src/engine/backends/wasm.ts';
import { readLayersModel } from '../src/engine/conversion/layers-model.ts';
import { prepareModel } from '../src/engine/models/model-preparation.ts';
import type { TfjsSource } from '../src/engine/models/tfjs-files.ts';
import { EngineSupervisor } from '../src/engine/process/engine-supervisor.ts';
import { DRAWING_NAMES, drawTestPicture } from '../src/engine/self-test/test-picture.ts';
import { systemClock } from '../src/util/clock.ts';
import { silentLogger } from '../src/util/logger.ts';
import { quantile } from '../src/util/percentile.ts';
import { printTable } from './table.ts';

const root = path.resolve(import.meta.dirname, '..');
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '8' },
    batch: { type: 'string', default: '8' },
    pictures: { type: 'string', default: '12' },
    nsfwjs: { type: 'string', default: 'wasm' },
    json: { type: 'boolean', default: false },
  },
});
const [rounds, batch, wanted] = [Number(values.rounds), Number(values.batch), Number(values.pictures)];
const MODEL = 'inception-v3-content-safety';
const CPU = { device: 'cpu', threads: 0, features: false } as const;
/** Of a way that takes this long a picture fewer pictures are enough. */
const SLOW = { new: 4, wasm: 4, cpu: 1 };

/** A way to judge pictures one after the other. */
interface Contender {
  readonly name: string;
  /** So many of the pictures a round. */
  readonly pictures: number;
  /** The most probable label of each. */
  judge(pictures: readonly Uint8Array[]): Promise<readonly string[]>;
  close(): Promise<void>;
}

const stateDir = mkdtempSync(path.join(tmpdir(), 'framewatch-baselines-'));
const modelsDir = path.join(root, 'models');
const model = await prepareModel({ name: MODEL, modelsDir, stateDir, logger: silentLogger });
const { inputSize, labels } = model;

function pictures(): readonly Uint8Array[] {
  const drawn = Array.from({ length: Math.ceil(wanted / 2) }, (_, index) =>
    drawTestPicture(DRAWING_NAMES[index % DRAWING_NAMES.length] ?? '', index + 20, inputSize),
  );
  const moving = wanted - drawn.length;
  const size = `${inputSize}:${inputSize}`;
  const args = [
    '-loglevel',
    'error',
    '-f',
    'lavfi',
    '-i',
    `testsrc2=size=640x360:rate=1,scale=${size}`,
    '-frames:v',
    `${moving}`,
    '-f',
    'rawvideo',
    '-pix_fmt',
    'rgb24',
    '-',
  ];
  const bytes = moving === 0 ? Buffer.alloc(0) : execFileSync('ffmpeg', args, { maxBuffer: 1 << 30 });
  const length = inputSize ** 2 * 3;
  return [...drawn, ...Array.from({ length: moving }, (_, index) => Uint8Array.from(bytes.subarray(index * length, (index + 1) * length)))];
}

/** By rows of probabilities. */
function topLabels(probabilities: Float32Array): readonly string[] {
  return Array.from({ length: probabilities.length / labels.length }, (_, row) => {
    const scores = probabilities.subarray(row * labels.length, (row + 1) * labels.length);
    return labels[scores.indexOf(Math.max(...scores))] ?? '';
  });
}

function newSessionEach(): Contender {
  return {
    name: '(a) a new session for every picture',
    pictures: SLOW.new,
    async judge(shown) {
      const said: string[] = [];
      for (const picture of shown) {
        const backend = await openOnnx(model, CPU);
        said.push(...topLabels((await backend.run(picture, 1)).probabilities));
        await backend.close();
      }
      return said;
    },
    close: () => Promise.resolve(),
  };
}

async function oneAtATime(): Promise<Contender> {
  const backend = await openOnnx(model, CPU);
  return {
    name: '(b) one session, one picture at a time',
    pictures: wanted,
    async judge(shown) {
      const said: string[] = [];
      for (const picture of shown) said.push(...topLabels((await backend.run(picture, 1)).probabilities));
      return said;
    },
    close: () => backend.close(),
  };
}

/** Its class and its classify(), with the model's files handed over: its own load() takes a minute and more for the files in its package. */
async function nsfwjsClassify(device: 'wasm' | 'cpu'): Promise<Contender> {
  const { tensorflow } = device === 'wasm' ? await startWasm(0) : { tensorflow: await plainTensorFlow() };
  // The CommonJS form is what shares its TensorFlow.js with us.
  const { NSFWJS } = createRequire(import.meta.url)('nsfwjs') as typeof Nsfwjs;
  const files = await readLayersModel(model.source as TfjsSource, model.sha256);
  const weightSpecs = files.specs.map(({ byteLength: _, shape, ...spec }) => ({ ...spec, shape: [...shape] }));
  const handler = { load: () => Promise.resolve({ modelTopology: files.topology, weightSpecs, weightData: new Uint8Array(files.data).buffer }) };
  const nsfw = new NSFWJS(handler, { size: inputSize });
  await nsfw.load();
  return {
    name: `(c) nsfwjs classify(), TensorFlow.js ${tensorflow.getBackend()}`,
    pictures: SLOW[device],
    async judge(shown) {
      const said: string[] = [];
      for (const picture of shown) {
        const tensor = tensorflow.tensor3d(picture, [inputSize, inputSize, 3], 'int32');
        said.push((await nsfw.classify(tensor, 1))[0]?.className ?? '');
        tensor.dispose();
      }
      return said;
    },
    close: () => Promise.resolve(nsfw.dispose()),
  };
}

async function plainTensorFlow(): Promise<typeof TensorFlow> {
  const tensorflow = createRequire(import.meta.url)('@tensorflow/tfjs') as typeof TensorFlow;
  tensorflow.enableProdMode();
  await tensorflow.setBackend('cpu');
  return tensorflow;
}

async function thisEngine(): Promise<Contender> {
  const engine = new EngineSupervisor({
    entryPoint: path.join(root, 'dist/engine/process/engine-main.js'),
    init: {
      ...{ model: MODEL, modelsDir, stateDir, backend: 'onnx', device: 'cpu', onUnavailable: 'fail', precision: 'float32', threads: 0 },
      ...{ batchSizes: [batch], features: false },
    },
    ...{ clock: systemClock, log: silentLogger, onAvailability: () => undefined },
  });
  await engine.start();
  return {
    name: `(d) this engine, batches of ${batch}`,
    // Whole batches, and enough of them that the first, for which nothing waits, matters little.
    pictures: 3 * batch,
    async judge(shown) {
      const batches = Array.from({ length: Math.ceil(shown.length / batch) }, (_, index) => shown.slice(index * batch, (index + 1) * batch));
      const answers: (readonly string[])[] = [];
      let next = 0;
      // One runs, the next lies in the pipe: as the daemon hands them over.
      const pump = async () => {
        for (let index = next++; index < batches.length; index = next++) {
          const part = batches[index] ?? [];
          const { probabilities } = await engine.classify({ pixels: Buffer.concat(part), count: part.length, paddedTo: batch });
          answers[index] = topLabels(probabilities);
        }
      };
      await Promise.all([pump(), pump()]);
      return answers.flat();
    },
    close: () => engine.close(),
  };
}

const shown = pictures();
const of = (count: number) => Array.from({ length: count }, (_, index) => shown[index % shown.length] ?? new Uint8Array());
const contenders = [newSessionEach(), await oneAtATime(), await nsfwjsClassify(values.nsfwjs === 'cpu' ? 'cpu' : 'wasm'), await thisEngine()];
const rates = contenders.map(() => [] as number[]);
// All see the same pictures as the same things, or it is no comparison.
const expected = await contenders[1]?.judge(of(wanted));
for (const contender of contenders) {
  const said = await contender.judge(of(contender.pictures));
  said.forEach((label, index) => {
    if (label !== expected?.[index % wanted])
      throw new Error(`${contender.name} says ${label} of picture ${index % wanted}, not ${expected?.[index % wanted] ?? '?'}`);
  });
}
for (let round = 0; round < rounds; round += 1) {
  for (let turn = 0; turn < contenders.length; turn += 1) {
    const index = (round + turn) % contenders.length;
    const contender = contenders[index];
    if (contender === undefined) continue;
    const start = performance.now();
    await contender.judge(of(contender.pictures));
    rates[index]?.push((contender.pictures * 1000) / (performance.now() - start));
  }
}
for (const contender of contenders) await contender.close();
rmSync(stateDir, { recursive: true, force: true });

const engineRates = rates.at(-1) ?? [];
const results = contenders.map(({ name }, index) => {
  const own = rates[index] ?? [];
  const ratios = engineRates.map((rate, round) => rate / (own[round] ?? Number.NaN));
  const quartiles = (list: readonly number[]) => ({ median: quantile(list, 0.5), lower: quantile(list, 0.25), upper: quantile(list, 0.75) });
  return { name, framesPerSecond: quartiles(own), engineIsFasterBy: quartiles(ratios) };
});
if (values.json) console.log(JSON.stringify({ rounds, batch, pictures: wanted, results }, null, 2));
else {
  console.log(`${wanted} pictures of ${inputSize} × ${inputSize}, ${rounds} rounds in turn; every way gives each picture the same top label\n`);
  printTable(
    ['', 'frames/s', 'quartiles', 'this engine is faster by', 'quartiles'],
    results.map(({ name, framesPerSecond, engineIsFasterBy }) => [
      name,
      framesPerSecond.median,
      `${framesPerSecond.lower.toFixed(2)}–${framesPerSecond.upper.toFixed(2)}`,
      engineIsFasterBy.median,
      `${engineIsFasterBy.lower.toFixed(2)}–${engineIsFasterBy.upper.toFixed(2)}`,
    ]),
  );
}
// TensorFlow.js' threads would keep the process.
process.exit(0);
