// How much of the bare engine's rate is left when a recording is read, decoded, scaled, judged and written around it.
// `npm run -s bench:classify -- [--rounds 6] [--seconds 15] [--batch 8] [--size 640x360] [--json]`: the built command judges every picture of a clip, and the bare
// engine runs batches of the same size before and after it, all in turn in one run, so that both see the same machine. Starting the command is not counted.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { measureBatchSize } from '../src/bench/bare-engine.ts';
import { EngineSupervisor } from '../src/engine/process/engine-supervisor.ts';
import { systemClock } from '../src/util/clock.ts';
import { silentLogger } from '../src/util/logger.ts';
import { quantile } from '../src/util/percentile.ts';
import { processTree } from '../test/helpers/process-tree.ts';
import { makeTestClip } from '../test/helpers/test-clip.ts';
import { printTable } from './table.ts';

const root = path.resolve(import.meta.dirname, '..');
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '6' },
    seconds: { type: 'string', default: '15' },
    batch: { type: 'string', default: '8' },
    size: { type: 'string', default: '640x360' },
    json: { type: 'boolean', default: false },
  },
});
const [rounds, seconds, batch] = [Number(values.rounds), Number(values.seconds), Number(values.batch)];
const FPS = 25;

const folder = mkdtempSync(path.join(tmpdir(), 'framewatch-bench-'));
const config = path.join(folder, 'framewatch.yaml');
writeFileSync(config, `stateDir: ${folder}\nbatching: { allowedBatchSizes: [${batch}] }\ncameras: {}\n`);
const engine = new EngineSupervisor({
  entryPoint: path.join(root, 'dist/engine/process/engine-main.js'),
  init: {
    ...{ model: 'inception-v3-content-safety', modelsDir: path.join(root, 'models'), stateDir: folder },
    ...{ backend: 'onnx', device: 'cpu', onUnavailable: 'fail', precision: 'auto', threads: 0, batchSizes: [batch], features: false },
  },
  ...{ clock: systemClock, log: silentLogger, onAvailability: () => undefined },
});

async function bare(): Promise<number> {
  const cost = await measureBatchSize(engine, { size: batch, limitMs: seconds * 1000, clock: systemClock, signal: new AbortController().signal });
  return cost?.framesPerSecond ?? Number.NaN;
}

interface Classified {
  readonly framesPerSecond: number;
  readonly networkShare: number;
  /** Of the CPU time from the first picture on, all processes of the command together, so much is the engine's: what is left to it of cores that it would fill. */
  readonly engineCpuShare: number;
}

async function classify(clip: string): Promise<Classified> {
  const child = spawn(process.execPath, [path.join(root, 'dist/cli/main.js'), 'classify', clip, '--config', config, '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let stdout = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  const cpu = watchCpu(child.pid ?? 0);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  const engineCpuShare = cpu.end();
  if (code !== 0) throw new Error(`classify ended with ${code}`);
  return { ...(JSON.parse(stdout) as Omit<Classified, 'engineCpuShare'>), engineCpuShare };
}

/** Looks at the processes of `pid` every now and then, from when ffmpeg is there: then the engine is ready, and the work begins. */
function watchCpu(pid: number) {
  const first = new Map<number, number>();
  const last = new Map<number, { readonly seconds: number; readonly isEngine: boolean }>();
  const timer = setInterval(() => {
    const all = processTree(pid);
    if (last.size === 0 && !all.some(({ command }) => command.includes('rawvideo'))) return;
    for (const { pid: id, cpuSeconds, command } of all) {
      if (!first.has(id)) first.set(id, command.includes('rawvideo') ? 0 : cpuSeconds);
      // One that is ending has no command any more.
      last.set(id, { seconds: cpuSeconds, isEngine: command.includes('engine-main') || last.get(id)?.isEngine === true });
    }
  }, 100);
  return {
    end(): number {
      clearInterval(timer);
      const spent = [...last].map(([id, { seconds: now, isEngine }]) => ({ isEngine, seconds: now - (first.get(id) ?? 0) }));
      const sum = (list: typeof spent) => list.reduce((total, one) => total + one.seconds, 0);
      return sum(spent.filter(({ isEngine }) => isEngine)) / sum(spent);
    },
  };
}

await engine.start();
await bare();
const measured: { readonly before: number; readonly classify: Classified; readonly after: number }[] = [];
const clip = await makeTestClip({
  ...{ file: path.join(folder, 'clip.mp4'), fps: FPS, size: values.size },
  seconds: Math.ceil(((await bare()) * seconds) / FPS),
});
let before = await bare();
for (let round = 0; round < rounds; round += 1) {
  const classified = await classify(clip);
  const after = await bare();
  measured.push({ before, classify: classified, after });
  before = after;
}
await engine.close();
rmSync(folder, { recursive: true, force: true });

const ratios = measured.map((round) => round.classify.framesPerSecond / ((round.before + round.after) / 2));
const median = (numbers: readonly number[]) => quantile(numbers, 0.5);
const result = {
  ratio: median(ratios),
  lowerQuartile: quantile(ratios, 0.25),
  upperQuartile: quantile(ratios, 0.75),
  bareFramesPerSecond: median(measured.map((round) => (round.before + round.after) / 2)),
  classifyFramesPerSecond: median(measured.map((round) => round.classify.framesPerSecond)),
  networkShare: median(measured.map((round) => round.classify.networkShare)),
  engineCpuShare: median(measured.map((round) => round.classify.engineCpuShare)),
  ratios,
  ...{ rounds, seconds, batch, size: values.size },
};
if (values.json) console.log(JSON.stringify(result, null, 2));
else {
  console.log(`every picture of a clip of ${values.size} (H.264); batch ${batch}; ${rounds} rounds of about ${seconds} s each\n`);
  printTable(
    ['round', 'bare engine, frames/s', 'classify, frames/s', 'ratio', 'network ran', "engine's share of the CPU time"],
    measured.map((round, index) => [
      `${index + 1}`,
      (round.before + round.after) / 2,
      round.classify.framesPerSecond,
      ratios[index] ?? Number.NaN,
      round.classify.networkShare,
      round.classify.engineCpuShare,
    ]),
  );
  console.log(`\nratio: median ${result.ratio.toFixed(3)}, quartiles ${result.lowerQuartile.toFixed(3)} to ${result.upperQuartile.toFixed(3)}`);
}
