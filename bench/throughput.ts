// How much of the bare engine's rate is left when everything else of the daemon goes on around it.
// `npm run -s bench:throughput -- [--rounds 8] [--seconds 10] [--cameras 16] [--batch 8] [--overload 1.3] [--json]`: frames that cost no decoding come, ready-scaled,
// from pipes (pipe-camera.mjs stands where ffmpeg stands). Daemon and bare engine take turns in one run, so that both see the same
// machine: while one is measured the other is idle (the cameras hold still). Each round gives one ratio; the median is the result.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { measureBatchSize } from '../src/bench/bare-engine.ts';
import { EngineSupervisor } from '../src/engine/process/engine-supervisor.ts';
import type { CameraView } from '../src/http/monitor-view.ts';
import { systemClock } from '../src/util/clock.ts';
import { silentLogger } from '../src/util/logger.ts';
import { quantile } from '../src/util/percentile.ts';
import { type Daemon, startDaemon } from '../test/helpers/daemon.ts';
import { processTree } from '../test/helpers/process-tree.ts';
import { between, lookAt } from './daemon-figures.ts';
import { printTable } from './table.ts';

const root = path.resolve(import.meta.dirname, '..');
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '8' },
    seconds: { type: 'string', default: '10' },
    cameras: { type: 'string', default: '16' },
    batch: { type: 'string', default: '8' },
    overload: { type: 'string', default: '1.3' },
    json: { type: 'boolean', default: false },
  },
});
const [rounds, seconds, cameras, batch] = [Number(values.rounds), Number(values.seconds), Number(values.cameras), Number(values.batch)];
/** Offered to the daemon, over what the bare engine can do: enough for full batches, little enough that frames nobody has time for cost little. */
const overload = Number(values.overload);
/** After the start: code is compiled, costs are learned. */
const WARM_UP_MS = 15_000;
/** Before each measurement: what was going on ends, or gets going. */
const SETTLE_MS = 2000;
const POLL_MS = 40;
const pipeCamera = path.join(root, 'bench/pipe-camera.mjs');

function bareEngine(stateDir: string): EngineSupervisor {
  return new EngineSupervisor({
    entryPoint: path.join(root, 'dist/engine/process/engine-main.js'),
    init: {
      ...{ model: 'inception-v3-content-safety', modelsDir: path.join(root, 'models'), stateDir },
      ...{ backend: 'onnx', device: 'cpu', onUnavailable: 'fail', precision: 'auto', threads: 0, batchSizes: [batch], features: false },
    },
    ...{ clock: systemClock, log: silentLogger, onAvailability: () => undefined },
  });
}

async function bareFramesPerSecond(engine: EngineSupervisor): Promise<number> {
  const cost = await measureBatchSize(engine, { size: batch, limitMs: seconds * 1000, clock: systemClock, signal: new AbortController().signal });
  return cost?.framesPerSecond ?? Number.NaN;
}

function runDaemon(stateDir: string, sampleFps: number): Promise<Daemon> {
  const camera = (id: string) =>
    `  ${id}: { url: "rtsp://127.0.0.1:1/${sampleFps}x640x360", sampleFps: ${sampleFps}, decode: all, maxLatencyMs: 1000 }`;
  return startDaemon({
    stateDir,
    yaml: [
      `ffmpeg: { path: "${pipeCamera}" }`,
      'mqtt: { url: embedded, embeddedPort: 0, classifications: true }',
      `batching: { allowedBatchSizes: [${batch}], maxBatchSize: ${batch} }`,
      'cameras:',
      ...Array.from({ length: cameras }, (_, index) => camera(`cam${index}`)),
      '',
    ].join('\n'),
  });
}

/** The cameras send pictures, or hold still (their packets go on): each signal changes over. */
function changeOver(daemon: Daemon): void {
  for (const { pid, command } of processTree(daemon.pid)) if (command.includes(pipeCamera)) process.kill(pid, 'SIGUSR2');
}

/** From one answer of the engine to another, `seconds` later: whole batches, so that none is counted in part. */
async function daemonWindow(daemon: Daemon) {
  await nextVerdicts(daemon);
  const first = await lookAt(daemon);
  await sleep(seconds * 1000 - POLL_MS);
  await nextVerdicts(daemon);
  return between(first, await lookAt(daemon));
}

async function nextVerdicts(daemon: Daemon): Promise<void> {
  const judged = async () => {
    const list = await daemon.json<{ cameras: CameraView[] }>('/api/cameras');
    return list.cameras.reduce((sum, { framesClassified }) => sum + framesClassified, 0);
  };
  for (const before = await judged(); (await judged()) === before; ) await sleep(POLL_MS);
}

const stateDir = mkdtempSync(path.join(tmpdir(), 'framewatch-bench-'));
const engine = bareEngine(stateDir);
await engine.start();
await bareFramesPerSecond(engine);
const offeredFps = Math.round(((await bareFramesPerSecond(engine)) * overload * 10) / cameras) / 10;
const daemon = await runDaemon(stateDir, offeredFps);
await daemon.ready();
await sleep(WARM_UP_MS);
const measured: { readonly bare: number; readonly daemon: Awaited<ReturnType<typeof daemonWindow>> }[] = [];
for (let round = 0; round < rounds; round += 1) {
  await sleep(SETTLE_MS);
  const window = await daemonWindow(daemon);
  changeOver(daemon);
  await sleep(SETTLE_MS);
  measured.push({ daemon: window, bare: await bareFramesPerSecond(engine) });
  changeOver(daemon);
}
await daemon.stop();
await engine.close();
rmSync(stateDir, { recursive: true, force: true });

// The bare engine on both sides of the daemon's window: a machine that grows slower or faster all the while favours neither.
const bareAround = (round: number) => ((measured[Math.max(0, round - 1)]?.bare ?? Number.NaN) + (measured[round]?.bare ?? Number.NaN)) / 2;
const ratios = measured.map(({ daemon: { framesPerSecond } }, round) => framesPerSecond / bareAround(round));
const median = (numbers: readonly number[]) => quantile(numbers, 0.5);
const ofDaemon = (figure: (window: (typeof measured)[number]['daemon']) => number) => median(measured.map((round) => figure(round.daemon)));
const result = {
  ratio: median(ratios),
  ratios,
  lowerQuartile: quantile(ratios, 0.25),
  upperQuartile: quantile(ratios, 0.75),
  bareFramesPerSecond: median(measured.map(({ bare }) => bare)),
  daemonFramesPerSecond: ofDaemon(({ framesPerSecond }) => framesPerSecond),
  meanBatch: ofDaemon(({ meanBatch }) => meanBatch),
  engineBusyShare: ofDaemon(({ engineBusyShare }) => engineBusyShare),
  cores: {
    daemon: ofDaemon(({ cores }) => cores.daemon),
    engine: ofDaemon(({ cores }) => cores.engine),
    sources: ofDaemon(({ cores }) => cores.ffmpeg),
  },
  ...{ rounds, seconds, cameras, batch, offeredFramesPerSecond: offeredFps * cameras },
};
if (values.json) console.log(JSON.stringify(result, null, 2));
else {
  console.log(
    `${cameras} cameras offer ${result.offeredFramesPerSecond.toFixed(0)} frames/s of 640×360 from pipes; batch ${batch}; ${rounds} rounds of ${seconds} s each\n`,
  );
  printTable(
    ['round', 'bare engine, frames/s', 'daemon, frames/s', 'ratio'],
    measured.map((round, index) => [`${index + 1}`, round.bare, round.daemon.framesPerSecond, ratios[index] ?? Number.NaN]),
  );
  console.log(`\nratio: median ${result.ratio.toFixed(3)}, quartiles ${result.lowerQuartile.toFixed(3)} to ${result.upperQuartile.toFixed(3)}`);
  console.log(`daemon: mean batch ${result.meanBatch.toFixed(2)}, inside the network ${result.engineBusyShare.toFixed(3)} of the time`);
  if (result.meanBatch < 0.98 * batch)
    console.log('too little was offered to keep the engine busy (the machine has grown faster): say more with --overload');
  const { daemon: own, engine: engines, sources } = result.cores;
  console.log(`cores: daemon ${own.toFixed(3)}, engine ${engines.toFixed(3)}, sources ${sources.toFixed(3)}`);
}
