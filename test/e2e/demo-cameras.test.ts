import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, type onTestFinished } from 'vitest';
import { PROGRAMMES } from '../../src/demo/scenes.ts';
import { type SimulatedCamera, type SimulatedCameras, startSimulatedCameras } from '../../src/demo/simulated-cameras.ts';
import { systemClock } from '../../src/util/clock.ts';
import { silentLogger } from '../../src/util/logger.ts';
import { SHORT_PROGRAMME } from '../demo/short-programme.ts';

/** 12 frames a second on a clock of 90 kHz. */
const FRAME_TICKS = 7500;
const WITHOUT_B_FRAMES = { ...SHORT_PROGRAMME, id: 'plain', encoding: { keyFrameSeconds: 1, bFrames: 0 } };

let stateDir = '';
let simulated: SimulatedCameras;

beforeAll(async () => {
  stateDir = await mkdtemp(path.join(tmpdir(), 'framewatch-demo-'));
  simulated = await start([...PROGRAMMES, SHORT_PROGRAMME, WITHOUT_B_FRAMES]);
});

afterAll(async () => {
  await simulated.close();
  await rm(stateDir, { recursive: true, force: true });
});

it('simulated cameras start from the cache at once', async () => {
  const started = systemClock.monotonicMs();
  await (await start(PROGRAMMES)).close();
  expect(systemClock.monotonicMs() - started).toBeLessThan(3000);
});

// They mostly wait for what plays at its own pace: together they take as long as the longest.
describe('simulated cameras', { concurrent: true }, () => {
  it('play in ffmpeg, decoded without a complaint', async ({ expect }) => {
    const played = await Promise.all(PROGRAMMES.map(({ id }) => ffmpeg(simulated.camera(id), ['-t', '3', '-f', 'framecrc', '-'])));
    for (const { code, output } of played) {
      expect(code).toBe(0);
      expect(output).not.toMatch(/error|corrupt|missing|invalid/i);
      expect(framePts(output).length).toBeGreaterThan(30);
    }
  });

  it('go on over the seam of a loop as if nothing was, with and without B-frames', async ({ expect }) => {
    const options = ['-t', '7.5', '-vsync', 'passthrough', '-enc_time_base', '1:90000', '-f', 'framecrc', '-'];
    for (const { output } of await Promise.all(['short', 'plain'].map((id) => ffmpeg(simulated.camera(id), options)))) {
      // ffmpeg never knows the first picture's time, whoever serves it, and until it has seen all B-frames of a group it guesses.
      const pts = framePts(output).slice(4);
      // The clip is 36 frames long: at least two seams are in between.
      expect(pts.length).toBeGreaterThan(80);
      const steps = pts.slice(1).map((value, index) => value - (pts[index] ?? 0));
      expect(new Set(steps)).toEqual(new Set([FRAME_TICKS]));
    }
  });

  it.for(['front_door', 'easel'])('play in GStreamer: %s', async (id, { expect }) => {
    const sink = ['!', 'rtph264depay', '!', 'h264parse', '!', 'avdec_h264', '!', 'fakesink', 'sync=false', 'silent=false', 'num-buffers=36'];
    const location = `location=${urlWithLogin(simulated.camera(id))}`;
    const { code, output } = await run('gst-launch-1.0', ['-v', 'rtspsrc', 'protocols=tcp', location, ...sink]);
    const pictures = output.match(/chain +\*/g)?.length ?? 0;
    const complaints = output.split('\n').filter((line) => !/last-message|: caps = /.test(line));
    expect({ code, complaints: complaints.filter((line) => /ERROR|WARN/.test(line)) }, complaints.slice(-20).join('\n')).toEqual({
      code: 0,
      complaints: [],
    });
    expect(pictures).toBeGreaterThanOrEqual(36);
  });

  it('refuse ffmpeg with a wrong password, and while logins are rejected', async ({ expect, onTestFinished }) => {
    const camera = await ownCamera('garage', onTestFinished);
    const wrong = camera.url.replace('//', `//${camera.username}:wrong@`);
    expect((await run('ffmpeg', ['-rtsp_transport', 'tcp', '-i', wrong, '-t', '1', '-f', 'null', '-'])).output).toContain('401 Unauthorized');
    camera.rejectLogins(true);
    expect((await ffmpeg(camera, ['-t', '1', '-f', 'null', '-'])).output).toContain('401 Unauthorized');
    camera.rejectLogins(false);
    expect((await ffmpeg(camera, ['-t', '1', '-f', 'null', '-'])).code).toBe(0);
  });

  it('end the stream of a client when they are unplugged, and play again when plugged in', async ({ expect, onTestFinished }) => {
    const camera = await ownCamera('garage', onTestFinished);
    const watching = ffmpeg(camera, ['-f', 'framecrc', '-flush_packets', '1', '-'], (output) => {
      if (framePts(output).length > 5) void camera.unplug();
    });
    expect(framePts((await watching).output).length).toBeGreaterThan(5);
    expect((await ffmpeg(camera, ['-t', '1', '-f', 'null', '-'])).output).toContain('Connection refused');
    await camera.plug();
    expect((await ffmpeg(camera, ['-t', '1', '-f', 'null', '-'])).code).toBe(0);
  });
});

function start(programmes: typeof PROGRAMMES): Promise<SimulatedCameras> {
  return startSimulatedCameras({ ffmpegPath: 'ffmpeg', stateDir, logger: silentLogger, clock: systemClock, programmes });
}

/** A camera that only one test uses, for faults that others must not see. */
async function ownCamera(id: string, whenFinished: typeof onTestFinished): Promise<SimulatedCamera> {
  const own = await start(PROGRAMMES.filter((programme) => programme.id === id));
  whenFinished(() => own.close());
  return own.camera(id);
}

function urlWithLogin({ url, username, password }: SimulatedCamera): string {
  return url.replace('//', `//${username}:${password.reveal()}@`);
}

function ffmpeg(camera: SimulatedCamera, output: readonly string[], onOutput?: (output: string) => void): ReturnType<typeof run> {
  return run('ffmpeg', ['-rtsp_transport', 'tcp', '-i', urlWithLogin(camera), ...output], onOutput);
}

/** Ends the program by itself after half a minute. */
async function run(
  command: string,
  options: readonly string[],
  onOutput?: (output: string) => void,
): Promise<{ code: number | null; output: string }> {
  const child = spawn(command, options, { stdio: ['ignore', 'pipe', 'pipe'], timeout: 30_000 });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      onOutput?.(output);
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
  return { code, output };
}

/** The times of the frames in the output of ffmpeg's framecrc muxer, in its time base. */
function framePts(output: string): number[] {
  return [...output.matchAll(/^0, *(-?\d+), *(-?\d+),/gm)].map(([, , pts]) => Number(pts));
}
