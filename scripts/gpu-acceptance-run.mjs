#!/usr/bin/env node
// Part of gpu-acceptance.sh: the daemon as it is, on looped clips, for so long; prints one JSON object. What is measured is what the daemon's own API says, what
// /proc says of its processes, and what nvidia-smi says of the GPU meanwhile.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const { values } = parseArgs({
  options: {
    config: { type: 'string', default: '' },
    seconds: { type: 'string', default: '300' },
    cameras: { type: 'string', default: '16' },
    rate: { type: 'string', default: '10' },
  },
});
const [seconds, cameras, rate] = [Number(values.seconds), Number(values.cameras), Number(values.rate)];
const BOUND_MS = 500;
const START_LIMIT_MS = 300_000;
/** After ready: decoders start, costs are learned. */
const SETTLE_MS = 5000;
const SAMPLE_MS = 1000;

/** Lines of `key: value` on the wanted keys of /proc/PID/status. @param {number} pid */
function residentMib(pid) {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(/^VmRSS:\s+(\d+)/m.exec(text)?.[1] ?? 0) / 1024);
}

/** Resident memory of the daemon and its children, by what they are, MiB. @param {number} daemon */
function memory(daemon) {
  /** @type {Record<string, number>} */
  const byRole = {};
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      if (Number(name) !== daemon && parent !== daemon) continue;
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8');
      const role = Number(name) === daemon ? 'daemon' : command.includes('engine-main') ? 'engine' : 'ffmpeg';
      byRole[role] = (byRole[role] ?? 0) + residentMib(Number(name));
    } catch {
      // Ended while we looked.
    }
  }
  return byRole;
}

/** Utilisation in % and memory in MiB of the first GPU; null without nvidia-smi. */
function lookAtGpu() {
  try {
    const args = ['--query-gpu=utilization.gpu,memory.used', '--format=csv,noheader,nounits'];
    const [line = ''] = execFileSync('nvidia-smi', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).split('\n');
    const [utilisation, used] = line.split(',').map(Number);
    return Number.isFinite(utilisation) ? { utilisation: utilisation ?? 0, used: used ?? 0 } : null;
  } catch {
    return null;
  }
}

/** A port that was free a moment ago. @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

const folder = mkdtempSync(path.join(tmpdir(), 'framewatch-acceptance-run-'));
const clip = path.join(folder, 'clip.mp4');
execFileSync('ffmpeg', [
  '-y',
  '-loglevel',
  'error',
  '-f',
  'lavfi',
  '-i',
  'testsrc2=size=640x360:rate=25',
  '-t',
  '20',
  '-g',
  '25',
  '-pix_fmt',
  'yuv420p',
  clip,
]);
const port = await freePort();
const config = path.join(folder, 'framewatch.yaml');
const list = Array.from(
  { length: cameras },
  (_, index) => `  camera${index}: { url: "${pathToFileURL(clip).href}", sampleFps: ${rate}, decode: all, maxLatencyMs: ${BOUND_MS} }`,
);
const given = readFileSync(values.config, 'utf8').replace(/^cameras: .*$/m, '');
writeFileSync(config, `${given}\nmqtt: { enabled: false }\nhttp: { port: ${port}, auth: { mode: none } }\ncameras:\n${list.join('\n')}\n`, {
  mode: 0o600,
});

const daemon = spawn(process.execPath, [path.join(root, 'dist/cli/main.js'), 'run', '--config', config], { stdio: ['ignore', 'pipe', 'pipe'] });
let log = '';
for (const stream of [daemon.stdout, daemon.stderr])
  stream.on('data', (chunk) => {
    log = `${log}${chunk}`.slice(-20_000);
  });
const ended = new Promise((resolve) => daemon.once('close', (code, signal) => resolve(code ?? signal)));

/** @param {string} route @returns {Promise<{ ok: boolean, body: any }>} */
async function get(route) {
  const response = await fetch(`http://127.0.0.1:${port}${route}`, { signal: AbortSignal.timeout(5000) });
  return { ok: response.ok, body: await response.json() };
}

async function waitUntilReady() {
  const limit = performance.now() + START_LIMIT_MS;
  while (performance.now() < limit) {
    if (daemon.exitCode !== null) throw new Error(`the daemon ended with ${daemon.exitCode}: ${log.split('\n').slice(-4).join(' ')}`);
    const ready = await get('/readyz').catch(() => null);
    if (ready?.ok) return;
    await sleep(200);
  }
  throw new Error('the daemon was not ready in time');
}

/** Counts over all cameras. */
async function counts() {
  const { body } = await get('/api/cameras');
  const sum = (/** @type {(camera: any) => number} */ of) =>
    body.cameras.reduce((/** @type {number} */ total, /** @type {any} */ camera) => total + of(camera), 0);
  return {
    judged: sum((camera) => camera.framesClassified),
    dropped: sum((camera) => Object.values(camera.drops).reduce((total, count) => total + Number(count), 0)),
    atMs: performance.now(),
  };
}

try {
  await waitUntilReady();
  await sleep(SETTLE_MS);
  const first = await counts();
  const memoryAtStart = memory(daemon.pid ?? 0);
  /** @type {{ utilisation: number, used: number }[]} */
  const gpu = [];
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    const seen = lookAtGpu();
    if (seen) gpu.push(seen);
    await sleep(SAMPLE_MS);
    if (daemon.exitCode !== null) throw new Error(`the daemon ended with ${daemon.exitCode}: ${log.split('\n').slice(-4).join(' ')}`);
  }
  const last = await counts();
  const { body: stats } = await get('/api/stats');
  const memoryAtEnd = memory(daemon.pid ?? 0);
  const { backend, device, precision, provider = null, batchSizes, restarts, fallback } = stats.engine;
  const mean = (/** @type {number[]} */ numbers) =>
    numbers.length === 0 ? null : numbers.reduce((total, value) => total + value, 0) / numbers.length;
  const result = {
    ...{ seconds: (last.atMs - first.atMs) / 1000, cameras, rate, boundMs: BOUND_MS },
    engine: { backend, device, precision, provider, batchSizes, restarts, fallback },
    verdictsPerSecond: ((last.judged - first.judged) * 1000) / (last.atMs - first.atMs),
    judged: last.judged - first.judged,
    dropped: last.dropped - first.dropped,
    latencyMs: stats.latencyMs,
    gpu:
      gpu.length === 0
        ? null
        : { samples: gpu.length, meanUtilisation: mean(gpu.map((one) => one.utilisation)), firstMib: gpu[0]?.used, lastMib: gpu.at(-1)?.used },
    ...{ memoryAtStart, memoryAtEnd },
  };
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  if (result.judged === 0) throw new Error('no picture was judged');
} finally {
  daemon.kill('SIGTERM');
  await ended;
  rmSync(folder, { recursive: true, force: true });
}
