import { execFile, execFileSync, spawn } from 'node:child_process';
import { closeSync, createWriteStream, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type * as TensorFlow from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CameraView } from '../../src/http/monitor-view.ts';
import { runCommand, shareCache, startDaemon } from '../helpers/daemon.ts';
import { processTree } from '../helpers/process-tree.ts';
import { type Tf, writeSmallModel } from '../helpers/small-model.ts';
import { makeTestClip } from '../helpers/test-clip.ts';
import { waitFor } from '../helpers/wait-for.ts';

// Most of it with a network of few layers, so that it is about the command; times and numbers of pictures come from ffprobe.

const COMMAND = path.resolve(import.meta.dirname, '../../dist/cli/main.js');
const EVIL = '<img src=x onerror=alert(1)>';
const exec = promisify(execFile);

interface Document {
  readonly partial: boolean;
  readonly partialReason: string | null;
  readonly judged: number;
  readonly engine: object | null;
  readonly files: readonly {
    readonly file: string;
    readonly frames: readonly { frame: number; timeMs: number; label: string; score: number; top: { label: string; score: number }[] }[];
    readonly durationMs: number | null;
    readonly judged: number;
    readonly intervals: readonly { rule: string; startMs: number; decidedMs: number; endMs: number; peakScore: number; endReason: string }[];
    readonly complete: boolean;
    readonly error: { readonly code: string; readonly message: string } | null;
  }[];
}

let folder = '';
let config = '';
const at = (name: string) => path.join(folder, name);

/** Presentation times of the pictures, ms from the start of the file, as ffprobe decodes them. */
async function timesOf(file: string): Promise<number[]> {
  const entries = ['-select_streams', 'v:0', '-show_entries', 'frame=pts_time:format=start_time', '-of', 'json', file];
  const { stdout } = await exec('ffprobe', ['-v', 'error', ...entries], { maxBuffer: 1e8 });
  // A picture has no times.
  const { frames, format } = JSON.parse(stdout) as { frames: { pts_time?: string }[]; format: { start_time?: string } };
  return frames.map(({ pts_time }) => (Number(pts_time ?? 0) - Number(format.start_time ?? 0)) * 1000);
}

/** Libraries leave files of their own there. */
function leftOver(): string[] {
  return [...readdirSync(at('tmp')).filter((name) => name.startsWith('framewatch')), ...readdirSync(folder).filter((name) => name.endsWith('.tmp'))];
}

function classify(...args: string[]) {
  return runCommand(['classify', ...args], { cwd: folder, env: { ...process.env, TMPDIR: at('tmp') } });
}

/** The command, when it has judged some of the pictures of `endless.mkv`: a pipe into which the large clip was written, whose end is open. */
async function hanging(...files: string[]) {
  rmSync(at('endless.mkv'), { force: true });
  execFileSync('mkfifo', [at('endless.mkv')]);
  const child = spawn(process.execPath, [COMMAND, 'classify', ...files, '--config', config, '--json'], {
    ...{ cwd: folder, env: { ...process.env, TMPDIR: at('tmp') } },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve)).then((code) => ({ code, stdout, stderr }));
  // It is opened when ffmpeg opens the other end.
  const writer = createWriteStream(at('endless.mkv'));
  writer.on('error', () => undefined);
  writer.write(readFileSync(at('-b:large.mkv')));
  await waitFor('pictures of the pipe are judged', () => /"file":"endless\.mkv","frames":\[\n\{/.test(stdout), 60_000);
  return { child, writer, ended };
}

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'framewatch-classify-test-'));
  for (const name of ['tmp', 'folder']) mkdirSync(at(name));
  const network = (tf: Tf, x: TensorFlow.SymbolicTensor) => tf.layers.dense({ units: 3, activation: 'softmax' }).apply(tf.layers.flatten().apply(x));
  await writeSmallModel(at('models'), (tf, x) => network(tf, x) as TensorFlow.SymbolicTensor, { inputSize: 16 });
  // A label as nobody would choose it.
  for (const name of ['labels.yaml', 'model.yaml']) {
    const file = path.join(at('models'), 'small', name);
    const quoted = JSON.stringify(EVIL);
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll('"owl"', quoted).replaceAll('name: owl', `name: ${quoted}`));
  }
  // Its labels add up to 1, so this rule holds from the first picture to the last.
  const rule = JSON.stringify({ labels: ['cat', 'dog', EVIL], enter: 0.9, minFrames: 3, exit: 0.5 });
  config = at('framewatch.yaml');
  writeFileSync(
    config,
    `model: small\nmodelsDir: models\nstateDir: state\nbatching: { allowedBatchSizes: [1, 4] }\ncameraDefaults: { rules: { always: ${rule} } }\ncameras: {}\n`,
  );
  await makeTestClip({ file: at('film.mp4'), seconds: 2, size: '320x180', fps: 30, bFrames: 2, preset: 'veryfast' });
  // Names that could be taken for an option, a protocol, markup.
  await makeTestClip({ file: at('-b:large.mkv'), seconds: 3, size: '640x360' });
  await makeTestClip({ file: at(`${EVIL}.ts`), seconds: 1, size: '160x90' });
  await exec('ffmpeg', [
    '-loglevel',
    'error',
    '-i',
    at('film.mp4'),
    '-vf',
    "select='not(mod(n,7))+between(n,20,30)'",
    '-fps_mode',
    'vfr',
    at('variable.mp4'),
  ]);
  await exec('ffmpeg', ['-loglevel', 'error', '-i', at('film.mp4'), '-frames:v', '1', at('picture.png')]);
  await exec('ffmpeg', ['-loglevel', 'error', '-i', at('film.mp4'), '-c', 'copy', '-movflags', '+faststart', at('whole.mp4')]);
  const whole = readFileSync(at('whole.mp4'));
  writeFileSync(at('cut.mp4'), whole.subarray(0, whole.length * 0.7));
  await exec('ffmpeg', ['-loglevel', 'error', '-f', 'lavfi', '-i', 'sine=d=1', at('sound.m4a')]);
  writeFileSync(at('text.mp4'), 'Dear diary, nothing moved today.\n');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('framewatch classify', () => {
  it('judges every picture of every file, goes on after those that cannot be read, and writes JSON and a report', async () => {
    const good = ['film.mp4', './-b:large.mkv', 'variable.mp4', `${EVIL}.ts`, 'picture.png'];
    const bad = {
      'text.mp4': 'RECORDING_NO_VIDEO',
      'none.mp4': 'RECORDING_UNREADABLE',
      folder: 'RECORDING_UNREADABLE',
      'sound.m4a': 'RECORDING_NO_VIDEO',
    };
    const files = ['none.mp4', ...good.slice(0, 2), 'text.mp4', 'cut.mp4', 'folder', ...good.slice(2), 'sound.m4a'];
    const { code, stdout, stderr } = await classify(...files, '--config', config, '--json', '--report', 'report.html');
    expect({ code, bar: stderr.includes('\u001b') }).toEqual({ code: 1, bar: false });
    const document = JSON.parse(stdout) as Document;
    expect(document).toMatchObject({ partial: false, partialReason: null, engine: { backend: 'onnx' } });
    expect(document.files.map(({ file }) => file)).toEqual(files);
    const found = new Map(document.files.map((file) => [file.file, file]));

    for (const name of good) {
      const times = await timesOf(at(name));
      const file = found.get(name);
      expect(file, name).toMatchObject({ complete: true, error: null, judged: times.length });
      expect(file?.frames.map(({ frame }) => frame)).toEqual([...times.keys()]);
      for (const [index, { timeMs, top }] of file?.frames.entries() ?? []) {
        expect(Math.abs(timeMs - (times[index] ?? Number.NaN)), `${name}, picture ${index}`).toBeLessThan(1);
        expect(top.reduce((sum, { score }) => sum + score, 0)).toBeCloseTo(1, 2);
      }
    }
    // The clips were made so: 2 s of 30/s, 3 s of 25/s.
    expect([found.get('film.mp4')?.judged, found.get('./-b:large.mkv')?.judged]).toEqual([60, 75]);
    const spacing = (found.get('variable.mp4')?.frames ?? []).map(({ timeMs }, index, all) => Math.round(timeMs - (all[index - 1]?.timeMs ?? 0)));
    expect(new Set(spacing.slice(1)).size, 'different distances').toBeGreaterThan(1);
    expect(found.get('film.mp4')?.intervals).toEqual([
      expect.objectContaining({ rule: 'always', startMs: 0, decidedMs: 66.667, endMs: 2000, endReason: 'fileEnd' }),
    ]);

    const cut = found.get('cut.mp4');
    expect(cut).toMatchObject({ complete: false, error: { code: 'RECORDING_DAMAGED' } });
    expect(cut?.judged).toBeGreaterThan(10);
    expect(cut?.judged).toBeLessThan(60);
    expect(cut?.frames).toHaveLength(cut?.judged ?? 0);
    for (const [name, wanted] of Object.entries(bad)) {
      expect(found.get(name), name).toMatchObject({ judged: 0, frames: [], complete: false, error: { code: wanted } });
      expect(stderr).toMatch(new RegExp(`^framewatch: ${wanted}: ${name}: `, 'm'));
    }
    expect(stderr).toMatch(/^framewatch: RECORDING_DAMAGED: cut\.mp4: is cut off .* what came before was judged \(\d+ pictures\)$/m);
    expect(stderr.trim().split('\n')).toHaveLength(5);

    const page = readFileSync(at('report.html'), 'utf8');
    expect(page).not.toContain(EVIL);
    expect(page).toContain('&lt;img src=x onerror=alert(1)&gt;.ts');
    expect([...page.matchAll(/<svg class="course"/g)].length).toBe(5);
    const pictures = [...page.matchAll(/src="data:image\/jpeg;base64,([^"]+)"/g)].map((match) => Buffer.from(match[1] ?? '', 'base64'));
    expect(pictures.length).toBeGreaterThanOrEqual(6);
    for (const jpeg of pictures) expect(jpeg.subarray(0, 3).toString('hex')).toBe('ffd8ff');
    expect(leftOver()).toEqual([]);
  });

  it('takes at most so many pictures a second, as they are in the file, each region by itself, as CSV', async () => {
    const regions = 'regions: { left: { crop: [0, 0, 0.5, 1] }, full: {} }';
    writeFileSync(at('regions.yaml'), readFileSync(config, 'utf8').replace('cameraDefaults: {', `cameraDefaults: { ${regions},`));
    const { code, stdout, stderr } = await classify('film.mp4', 'variable.mp4', '--config', 'regions.yaml', '--fps', '5', '--csv');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [head, ...rows] = stdout
      .trim()
      .split('\n')
      .map((line) => line.split(','));
    expect(head).toEqual(['file', 'time', 'frame', 'label', 'score', 'region', 'cat', 'dog', EVIL]);
    for (const row of rows) expect(row.slice(6).reduce((sum, score) => sum + Number(score), 0)).toBeCloseTo(1, 2);
    for (const name of ['film.mp4', 'variable.mp4']) {
      const times = await timesOf(at(name));
      const own = rows.filter(([file]) => file === name);
      const judged = own.filter((row) => row[5] === 'full').map((row) => Number(row[1]) * 1000);
      expect(own.map((row) => row[5])).toEqual(judged.flatMap(() => ['left', 'full']));
      for (const time of judged) expect(Math.min(...times.map((other) => Math.abs(other - time)))).toBeLessThan(1);
      // Not two in one fifth of a second, and none left out where there is one.
      const cells = (list: readonly number[]) => [...new Set(list.map((time) => Math.floor((time / 1000) * 5 + 0.5 + 1e-6)))];
      expect(judged).toHaveLength(cells(judged).length);
      expect(cells(judged)).toEqual(cells(times));
    }
    // The left half is another picture than the whole.
    expect(rows.some((row, index) => index % 2 === 1 && row[6] !== rows[index - 1]?.[6])).toBe(true);
  });

  it('can be interrupted while a file hangs: says what is known, as partial, and leaves nothing', async () => {
    const run = await hanging('film.mp4', 'endless.mkv', 'variable.mp4');
    const before = processTree(run.child.pid ?? 0).map(({ pid }) => pid);
    expect(before.length).toBeGreaterThanOrEqual(3);
    const askedAt = performance.now();
    run.child.kill('SIGINT');
    const { code, stdout, stderr } = await run.ended;
    expect(performance.now() - askedAt).toBeLessThan(10_000);
    run.writer.destroy();
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    const document = JSON.parse(stdout) as Document;
    expect(document).toMatchObject({ partial: true, partialReason: 'interrupted by SIGINT' });
    const [film, endless, variable] = document.files;
    expect(film).toMatchObject({ complete: true, judged: 60 });
    expect(endless).toMatchObject({ complete: false, error: null });
    expect(endless?.judged).toBe(endless?.frames.length);
    expect(variable).toMatchObject({ file: 'variable.mp4', error: null });
    expect(before.filter((pid) => processTree(pid).length > 0)).toEqual([]);
    expect(leftOver()).toEqual([]);
  });

  it('goes on when nobody can be told what is wrong', async () => {
    const full = openSync('/dev/full', 'w');
    const child = spawn(process.execPath, [COMMAND, 'classify', 'text.mp4', 'film.mp4', '--config', config, '--csv'], {
      ...{ cwd: folder, env: { ...process.env, TMPDIR: at('tmp') } },
      stdio: ['ignore', 'pipe', full],
    });
    closeSync(full);
    let stdout = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
    });
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    expect({ code, lines: stdout.trim().split('\n').length }).toEqual({ code: 1, lines: 61 });
  });

  it('loses no picture when the engine dies', async () => {
    const run = await hanging('endless.mkv');
    const engine = processTree(run.child.pid ?? 0).find(({ command }) => command.includes('engine-main'));
    process.kill(engine?.pid ?? 0, 'SIGKILL');
    run.writer.end();
    const { code, stdout, stderr } = await run.ended;
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringMatching(
        /^framewatch: warning: the engine is gone and will be restarted: the engine process was ended by SIGKILL(; its last words: [^\n]*)?\n$/,
      ),
    });
    const [file] = (JSON.parse(stdout) as Document).files;
    expect(file).toMatchObject({ judged: 75, complete: true });
    expect(file?.frames.map(({ frame }) => frame)).toEqual(Array.from({ length: 75 }, (_, index) => index));
  });

  it.each([
    [['classify']],
    [['classify', 'film.mp4', '--json', '--csv']],
    [['classify', 'film.mp4', '--fps', '0']],
    [['classify', 'film.mp4', '--fps', 'many']],
    [['classify', '-b:large.mkv']],
    [['classify', 'film.mp4', '--report', 'nowhere/report.html']],
    [['classify', 'film.mp4', '--report', 'film.mp4']],
  ])('%j is misuse', async (args) => {
    const { code, stdout, stderr } = await runCommand(args, { cwd: folder });
    expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
    expect(stderr).toMatch(/error: |OUTPUT_UNWRITABLE/);
  });

  it('refuses rules that are wrong, with their place', async () => {
    writeFileSync(at('wrong.yaml'), readFileSync(config, 'utf8').replace('"cat"', '"bird"'));
    const { code, stdout, stderr } = await classify('film.mp4', '--config', 'wrong.yaml');
    expect({ code, stdout }).toEqual({ code: 78, stdout: '' });
    expect(stderr).toMatch(/wrong\.yaml:5:\d+: .*the model has no label "bird"/);
  });

  it('works without any configuration, and sees what a camera would: the same picture through both', async () => {
    // A still picture about which the network is not sure: whatever is done otherwise shows.
    await makeTestClip({ file: at('still.mp4'), seconds: 1, fps: 10, gop: 1, picture: 'smptebars' });
    const cache = at('cache');
    shareCache(path.join(cache, 'framewatch'));
    const { FRAMEWATCH_CONFIG: _, ...env } = process.env;
    const [recorded, live] = await Promise.all([
      runCommand(['classify', 'still.mp4', '--json'], { cwd: folder, env: { ...env, XDG_CACHE_HOME: cache } }),
      liveScores(`file://${at('still.mp4')}`),
    ]);
    expect({ code: recorded.code, stderr: recorded.stderr }).toEqual({ code: 0, stderr: '' });
    const document = JSON.parse(recorded.stdout) as Document;
    expect(document).toMatchObject({ judged: 10, files: [{ durationMs: 1000, intervals: [] }] });
    expect(live.size).toBe(5);
    expect(Math.max(...live.values())).toBeLessThan(0.95);
    for (const { top } of document.files[0]?.frames ?? []) {
      expect(top).toHaveLength(5);
      for (const { label, score } of top) expect(Math.abs(score - (live.get(label) ?? Number.NaN)), label).toBeLessThan(0.02);
    }
  });
});

/** What the daemon says about a camera that shows this. */
async function liveScores(url: string): Promise<ReadonlyMap<string, number>> {
  const daemon = await startDaemon({
    yaml: `mqtt: { enabled: false }\nbatching: { allowedBatchSizes: [1] }\ncameras: { still: { url: ${JSON.stringify(url)}, decode: all } }\n`,
  });
  try {
    await daemon.ready();
    let top: CameraView['top'] = [];
    const look = async () => {
      ({ top } = await daemon.json<CameraView>('/api/cameras/still'));
      return top.length > 0;
    };
    await waitFor('a verdict', look, 60_000);
    return new Map(top.map(({ label, score }) => [label, score]));
  } finally {
    await daemon.stop();
  }
}
