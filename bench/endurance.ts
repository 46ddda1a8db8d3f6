// Whether memory stays flat: `npm run -s bench:endurance -- [--batches 10000] [--backend onnx|wasm] [--size 1] [--model small]`. One engine, batch after batch; resident
// memory of its process ten times on the way. With wasm the network runs in this process, so that TensorFlow.js can be asked for its live tensors as well. `--model small` is a
// network of a few layers: the bundled one takes half a second a picture on wasm. Before that: what the conversion and the first and second start of an engine take.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { readResidentBytes } from '../src/bench/process-use.ts';
import { openWasm, startWasm } from '../src/engine/backends/wasm.ts';
import { prepareModel } from '../src/engine/models/model-preparation.ts';
import { EngineSupervisor } from '../src/engine/process/engine-supervisor.ts';
import { drawTestPicture } from '../src/engine/self-test/test-picture.ts';
import { systemClock } from '../src/util/clock.ts';
import { silentLogger } from '../src/util/logger.ts';
import { writeSmallModel } from '../test/helpers/small-model.ts';

const root = path.resolve(import.meta.dirname, '..');
const { values } = parseArgs({
  options: {
    batches: { type: 'string', default: '10000' },
    backend: { type: 'string', default: 'onnx' },
    size: { type: 'string', default: '1' },
    model: { type: 'string', default: 'inception-v3-content-safety' },
  },
});
const [batches, size] = [Number(values.batches), Number(values.size)];
const LOOKS = 10;
const MIB = 1024 * 1024;

interface Runner {
  readonly pid: number;
  run(pixels: Uint8Array): Promise<unknown>;
  liveTensors(): number | null;
  close(): Promise<void>;
}

const folder = mkdtempSync(path.join(tmpdir(), 'framewatch-endurance-'));
const seconds = async <T>(work: () => Promise<T>): Promise<[T, number]> => {
  const start = performance.now();
  return [await work(), (performance.now() - start) / 1000];
};
const isSmall = values.model === 'small';
if (isSmall) {
  await writeSmallModel(
    folder,
    (tf, x) => {
      const bent = tf.layers.conv2d({ filters: 8, kernelSize: 3, strides: 2, activation: 'relu' }).apply(x);
      return tf.layers
        .dense({ units: 3, activation: 'softmax' })
        .apply(tf.layers.globalAveragePooling2d({ name: 'features' }).apply(bent)) as typeof x;
    },
    { inputSize: 64, features: { layer: 'features', size: 8 } },
  );
}
const modelsDir = isSmall ? folder : path.join(root, 'models');
const place = { name: values.model, modelsDir, stateDir: folder, logger: silentLogger };
const [model, convertSeconds] = await seconds(() => prepareModel(place));
const [, cachedSeconds] = await seconds(() => prepareModel(place));
console.log(`reading and converting the model: ${convertSeconds.toFixed(1)} s; finding it converted: ${cachedSeconds.toFixed(2)} s`);

async function openEngine(stateDir: string): Promise<EngineSupervisor> {
  const engine = new EngineSupervisor({
    entryPoint: path.join(root, 'dist/engine/process/engine-main.js'),
    init: {
      ...{ model: values.model, modelsDir, stateDir, backend: 'onnx', device: 'cpu', onUnavailable: 'fail', precision: 'float32', threads: 0 },
      ...{ batchSizes: [size], features: false },
    },
    ...{ clock: systemClock, log: silentLogger, onAvailability: () => undefined },
  });
  await engine.start();
  return engine;
}

async function onnxRunner(): Promise<Runner> {
  const [cold, coldSeconds] = await seconds(() => openEngine(path.join(folder, 'cold')));
  await cold.close();
  const [engine, warmSeconds] = await seconds(() => openEngine(folder));
  console.log(`engine process ready at batch size ${size}: ${coldSeconds.toFixed(1)} s with nothing cached, ${warmSeconds.toFixed(1)} s after that`);
  return {
    pid: engine.pid ?? 0,
    run: (pixels) => engine.classify({ pixels, count: size, paddedTo: size }),
    liveTensors: () => null,
    close: () => engine.close(),
  };
}

async function wasmRunner(): Promise<Runner> {
  const { tensorflow } = await startWasm(0);
  const [backend, openSeconds] = await seconds(() => openWasm(model, { device: 'cpu', threads: 0, features: true }));
  console.log(`wasm opened: ${openSeconds.toFixed(1)} s`);
  return {
    pid: process.pid,
    run: (pixels) => backend.run(pixels, size),
    liveTensors: () => tensorflow.memory().numTensors,
    close: () => backend.close(),
  };
}

const runner = await (values.backend === 'wasm' ? wasmRunner() : onnxRunner());
const pictures = Array.from({ length: 7 }, (_, index) => drawTestPicture('ellipses', index + 1, model.inputSize));
const pixelsOf = (batch: number) =>
  Buffer.concat(Array.from({ length: size }, (_, row) => pictures[(batch + row) % pictures.length] ?? new Uint8Array()));
// Row by row: whoever breaks it off has what was seen.
const row = (cells: readonly (string | number)[]) => console.log(cells.map((cell) => String(cell).padStart(14)).join(''));
const look = (done: number) => {
  const resident = readResidentBytes(runner.pid);
  row([done, resident === null ? '?' : (resident / MIB).toFixed(1), runner.liveTensors() ?? '–']);
};
row(['batches', 'resident, MiB', 'live tensors']);
await runner.run(pixelsOf(0));
look(1);
const [, ranSeconds] = await seconds(async () => {
  for (let batch = 1; batch < batches; batch += 1) {
    await runner.run(pixelsOf(batch));
    if ((batch + 1) % Math.ceil(batches / LOOKS) === 0) look(batch + 1);
  }
});
await runner.close();
rmSync(folder, { recursive: true, force: true });
console.log(`${values.model} on ${values.backend}: ${batches} batches of ${size} in ${ranSeconds.toFixed(0)} s`);
process.exit(0);
