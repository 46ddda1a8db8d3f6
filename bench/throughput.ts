// How much of the bare engine's rate is left when everything else of the daemon goes on around it.
// `npm run bench:throughput -- [--seconds 40] [--cameras 16] [--batch 8]`: frames that cost no decoding come, ready-scaled, from pipes
// (pipe-camera.mjs stands where ffmpeg stands). Bare engine, daemon, bare engine again, in one run.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { EngineSupervisor } from '../src/engine/engine-supervisor.ts';
import { systemClock } from '../src/util/clock.ts';
import { silentLogger } from '../src/util/logger.ts';
import { startDaemon } from '../test/helpers/daemon.ts';
import { between, lookAt } from './daemon-figures.ts';
import { printTable } from './table.ts';

const root = path.resolve(import.meta.dirname, '..');
const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '40' }, cameras: { type: 'string', default: '16' }, batch: { type: 'string', default: '8' } },
});
const [seconds, cameras, batch] = [Number(values.seconds), Number(values.cameras), Number(values.batch)];
/** Offered to the daemon, over what the bare engine can do. */
const OVERLOAD = 1.3;
/** Until the costs of the batch sizes are known from real batches. */
const WARM_UP_MS = 30_000;

async function bareEngine(stateDir: string): Promise<number> {
  const engine = new EngineSupervisor({
    entryPoint: path.join(root, 'dist/engine/engine-main.js'),
    init: {
      ...{
        model: 'inception-v3-content-safety',
        modelsDir: path.join(root, 'models'),
        stateDir,
        backend: 'onnx',
        device: 'cpu',
        onUnavailable: 'fail',
      },
      ...{ precision: 'auto', threads: 0, batchSizes: [batch], features: false },
    },
    ...{ clock: systemClock, log: silentLogger, onAvailability: () => undefined },
  });
  const { inputSize } = await engine.start();
  const bytes = batch * inputSize * inputSize * 3;
  let frames = 0;
  const start = performance.now();
  const elapsed = () => performance.now() - start;
  // Two at a time, as the daemon hands them over: one runs, the next lies in the pipe.
  const pump = async () => {
    for (const pixels = new Uint8Array(bytes).map((_, index) => (index * 31) % 251); elapsed() < seconds * 1000; frames += batch)
      await engine.classify({ pixels, count: batch, paddedTo: batch });
  };
  await Promise.all([pump(), pump()]);
  const rate = frames / (elapsed() / 1000);
  await engine.close();
  return rate;
}

async function wholeDaemon(stateDir: string, sampleFps: number) {
  const list = Array.from(
    { length: cameras },
    (_, index) => `  cam${index}: { url: "rtsp://127.0.0.1:1/${sampleFps}x640x360", sampleFps: ${sampleFps}, decode: all, maxLatencyMs: 1000 }`,
  );
  const daemon = await startDaemon({
    stateDir,
    yaml: `ffmpeg: { path: "${path.join(root, 'bench/pipe-camera.mjs')}" }\nmqtt: { url: embedded, embeddedPort: 0, classifications: true }\nbatching: { allowedBatchSizes: [1, ${batch}], maxBatchSize: ${batch} }\ncameras:\n${list.join('\n')}\n`,
  });
  await daemon.ready();
  await sleep(WARM_UP_MS);
  const first = await lookAt(daemon);
  await sleep(seconds * 1000);
  const figures = between(first, await lookAt(daemon));
  await daemon.stop();
  return figures;
}

const stateDir = mkdtempSync(path.join(tmpdir(), 'framewatch-bench-'));
const before = await bareEngine(stateDir);
const offeredFps = Math.round((before * OVERLOAD * 10) / cameras) / 10;
const daemon = await wholeDaemon(stateDir, offeredFps);
const after = await bareEngine(stateDir);
rmSync(stateDir, { recursive: true, force: true });
const bare = (before + after) / 2;
console.log(`${cameras} cameras offer ${(cameras * offeredFps).toFixed(0)} frames/s of 640×360 from pipes; batch ${batch}; ${seconds} s each\n`);
printTable(
  ['', 'frames/s', 'ratio', 'mean batch', 'engine busy', 'cores daemon', 'cores engine', 'cores sources'],
  [
    ['bare engine, before', before, before / bare, batch, '', '', '', ''],
    [
      'whole daemon',
      daemon.framesPerSecond,
      daemon.framesPerSecond / bare,
      daemon.meanBatch,
      daemon.engineBusyShare,
      daemon.cores.daemon,
      daemon.cores.engine,
      daemon.cores.ffmpeg,
    ],
    ['bare engine, after', after, after / bare, batch, '', '', '', ''],
  ],
);
