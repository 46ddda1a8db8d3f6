import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BenchDocument } from '../../src/bench/document.ts';
import type { Step } from '../../src/bench/step.ts';
import { FEW_BATCH_SIZES, runCommand, shareCache } from '../helpers/daemon.ts';
import { processTree } from '../helpers/process-tree.ts';
import { waitFor } from '../helpers/wait-for.ts';

const COMMAND = path.resolve(import.meta.dirname, '../../dist/cli/main.js');
const BOUND_MS = 20_000;
const OPTIONS = ['--json', '--brief', '--max-cameras', '2', '--seconds', '3', '--sample-fps', '3', '--decode', 'all', '--bound', String(BOUND_MS)];

let folder = '';
let config = '';

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'framewatch-bench-test-'));
  mkdirSync(path.join(folder, 'tmp'));
  shareCache(path.join(folder, 'state'));
  config = path.join(folder, 'framewatch.yaml');
  writeFileSync(config, `stateDir: ${path.join(folder, 'state')}\n${FEW_BATCH_SIZES}\ncameras: {}\n`);
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Starts the command, and notes every process that it ever had, children of children included. */
function startBench() {
  const child = spawn(process.execPath, [COMMAND, 'bench', 'pipeline', '--config', config, ...OPTIONS], {
    cwd: folder,
    env: { ...process.env, TMPDIR: path.join(folder, 'tmp') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const seen = new Map<number, string>();
  const look = setInterval(() => {
    // One that has just ended has no command any more.
    for (const { pid, command } of processTree(child.pid ?? 0)) seen.set(pid, command || (seen.get(pid) ?? ''));
  }, 200);
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve)).finally(() => clearInterval(look));
  return {
    child,
    seen,
    result: async () => ({ code: await ended, stdout, stderr, document: JSON.parse(stdout) as BenchDocument }),
    leftOver: () => [...seen.keys()].filter((pid) => pid !== child.pid && processTree(pid).length > 0),
  };
}

/** Others may put things there, too. */
function leftFolders(): string[] {
  return readdirSync(path.join(folder, 'tmp')).filter((name) => name.startsWith('framewatch'));
}

/** What must be true of any step, on any machine. */
function expectTruth(step: Step): void {
  const dropped = Object.values(step.dropped).reduce((sum, count) => sum + count, 0);
  // What arrived was judged, dropped, or is under way: at most one that waits and one that runs a camera, at either end.
  expect(Math.abs(step.received - step.judged - dropped)).toBeLessThanOrEqual(2 * step.cameras);
  expect(Math.abs(step.samples - step.judged)).toBeLessThanOrEqual(2 * step.cameras);
  expect(step.framesPerSecond).toBeCloseTo(step.judged / step.seconds, 6);
  expect(Math.abs(step.offered - step.cameras * step.sampleFps * step.seconds)).toBeLessThan(1e-6);
  expect(step.holds).toBe(step.broken.length === 0);
  expect(step.missedShare).toBeGreaterThanOrEqual(0);
  expect(step.missedShare).toBeLessThanOrEqual(1);
  expect(step.end === 'whole' ? step.seconds : 3).toBeGreaterThanOrEqual(3);
  if (!step.latencyMs) return;
  const { decode, queue, preprocess, inference, decide, total } = step.latencyMs;
  expect(total.p99).toBeGreaterThanOrEqual(total.p50);
  // The slowest verdict is the sum of its own parts, none of which is above the highest of that part (few samples: p99 is the highest).
  expect(total.p99).toBeLessThanOrEqual(decode.p99 + queue.p99 + preprocess.p99 + inference.p99 + decide.p99 + 1);
  expect(total.p50).toBeGreaterThan(inference.p50 * 0.5);
  if (step.holds) expect(total.p99).toBeLessThanOrEqual(BOUND_MS);
}

describe('framewatch bench engine', () => {
  it('measures every combination in a process of its own, and says of the others why they are not here', async () => {
    const { code, stdout, stderr } = await runCommand(['bench', 'engine', '--config', config, '--json', '--sizes', '2,1', '--seconds', '2']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { engine, combinations, pipeline, partial } = JSON.parse(stdout) as BenchDocument;
    expect({ partial, pipeline, engine }).toMatchObject({ partial: false, pipeline: null, engine: { backend: 'onnx', device: 'cpu' } });
    expect(engine?.batches.map(({ size }) => size)).toEqual([1, 2]);
    const found = new Map(combinations?.map((one) => [`${one.backend} ${one.device} ${one.precision}`, one]));
    expect(found.get('onnx cpu float32')).toMatchObject({ isConfigured: true, state: 'measured' });
    expect(found.get('wasm cpu float32')).toMatchObject({ isConfigured: false, state: 'measured' });
    for (const one of found.values()) {
      if (one.state === 'not here') expect(one.reason).not.toBe('');
      else {
        expect(one.sizes.map(({ size }) => size)).toEqual([1, 2]);
        for (const { batches, batchMs, lowestFramesPerSecond, framesPerSecond, highestFramesPerSecond } of one.sizes) {
          expect(batches).toBeGreaterThan(0);
          expect(batchMs.p25).toBeLessThanOrEqual(batchMs.p75);
          expect(lowestFramesPerSecond).toBeLessThanOrEqual(framesPerSecond);
          expect(framesPerSecond).toBeLessThanOrEqual(highestFramesPerSecond);
        }
        // The network alone has 22 million weights.
        expect(one.residentBytes?.warm).toBeGreaterThan(90_000_000);
        expect(one.residentBytes?.measured).toBeGreaterThan(90_000_000);
      }
    }
  }, 600_000);

  it('is a table with the best marked, and fails where what was asked for is not here', async () => {
    const only = ['bench', 'engine', '--config', config, '--sizes', '1', '--seconds', '2', '--backend'];
    const { code, stdout } = await runCommand([...only, 'onnx', '--precision', 'float32']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^onnx cpu float32 +1 .*◀ best$/m);
    expect(stdout).not.toContain('wasm');
    // Where the packages are installed this machine can, and says that it is unverified.
    const native = await runCommand([...only, 'tensorflow']);
    expect([0, 78]).toContain(native.code);
    expect(native.stdout).toContain('unverified');
  }, 600_000);
});

describe('framewatch bench pipeline', () => {
  it('measures real cameras through real ffmpeg and the real engine, prints one JSON document, and leaves nothing behind', async () => {
    const bench = startBench();
    const { code, stderr, document } = await bench.result();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(document).toMatchObject({ schema: 1, partial: false, partialReason: null, engine: { backend: 'onnx', device: 'cpu' } });
    expect(document.engine?.batches.map(({ size }) => size)).toEqual([1, 2]);
    for (const { size, batches, batchMs, framesPerSecond } of document.engine?.batches ?? []) {
      expect(batches).toBeGreaterThanOrEqual(3);
      expect(framesPerSecond).toBeGreaterThan((0.2 * size * 1000) / batchMs.p95);
    }
    const { pipeline } = document;
    expect(pipeline?.settings).toMatchObject({ boundMs: BOUND_MS, sampleFps: 3, decode: 'all', maxCameras: 2, seconds: 3 });
    const steps = pipeline?.cameraSteps ?? [];
    expect(steps.length).toBeGreaterThanOrEqual(2);
    for (const step of steps) expectTruth(step);
    const answer = pipeline?.answer;
    expect(answer?.evidence.length).toBeGreaterThan(0);
    // A machine that is busy with other things may carry nothing; then it must say that something was the limit.
    const best = steps.find(({ cameras, holds }) => holds && cameras === answer?.cameras);
    if (answer?.cameras === 0) expect(answer.limitedBy).not.toBe('asked');
    else expect(best).toMatchObject({ live: { all: answer?.cameras, keyframes: 0 } });
    for (const { engineBusyShare, cores, judged } of steps.filter((step) => step.judged > 0)) {
      expect(engineBusyShare, `${judged} were judged`).toBeGreaterThan(0);
      for (const role of ['daemon', 'engine', 'ffmpeg', 'cameras', 'bench'] as const) expect(cores?.[role]).toBeGreaterThanOrEqual(0);
      expect((cores?.engine ?? 0) + (cores?.ffmpeg ?? 0)).toBeGreaterThan(0);
    }

    const commands = [...bench.seen.values()];
    for (const part of ['camera-host-main', 'main.js run', 'engine-main', 'rtsp://127.0.0.1'])
      expect(commands.some((line) => line.includes(part))).toBe(true);
    expect(bench.leftOver()).toEqual([]);
    expect(leftFolders()).toEqual([]);
  }, 240_000);

  it('can be interrupted: what was measured is printed, marked as partial, and no child is left', async () => {
    const bench = startBench();
    await waitFor('a camera is being decoded', () => [...bench.seen.values()].some((command) => command.includes('rtsp://127.0.0.1')), 120_000);
    const askedAt = performance.now();
    bench.child.kill('SIGINT');
    const { code, stderr, document } = await bench.result();
    expect(performance.now() - askedAt).toBeLessThan(15_000);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(document).toMatchObject({ partial: true, partialReason: 'interrupted by SIGINT', pipeline: { efficiency: null, rateSteps: [] } });
    expect(document.engine?.batches).toHaveLength(2);
    expect(bench.leftOver()).toEqual([]);
    expect(leftFolders()).toEqual([]);
  }, 240_000);

  it.each([
    ['nonsense'],
    ['pipeline', '--bound', '5'],
    ['pipeline', '--bound', 'soon'],
    ['pipeline', '--sample-fps', '0'],
    ['pipeline', '--seconds', '1'],
    ['pipeline', '--max-cameras', '2.5'],
    ['pipeline', '--decode', 'some'],
    ['engine', 'pipeline'],
    ['engine', '--sizes', '1,two'],
    ['engine', '--backend', 'fast'],
    ['pipeline', '--backend', 'wasm'],
  ])('bench %s %s %s is misuse', async (...args) => {
    const { code, stdout, stderr } = await runCommand(['bench', ...args]);
    expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
    expect(stderr).toContain('error: ');
  });

  it('refuses a configuration that cannot be read, and one whose model is missing', async () => {
    expect((await runCommand(['bench', '--config', path.join(folder, 'none.yaml')])).code).toBe(78);
    writeFileSync(config, 'model: not-here\ncameras: {}\n');
    expect((await runCommand(['bench', 'engine', '--config', config])).code).toBe(78);
  });
});
