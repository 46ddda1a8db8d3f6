import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PictureMemory } from '../../src/stream/picture-memory.ts';
import { type RecordedPicture, Recording } from '../../src/stream/recording.ts';
import { systemClock } from '../../src/util/clock.ts';
import { CAPABILITIES } from '../helpers/ffmpeg-capabilities.ts';
import { processTree } from '../helpers/process-tree.ts';
import { makeTestClip } from '../helpers/test-clip.ts';
import { waitFor } from '../helpers/wait-for.ts';

const FRAMES = 60;

let folder = '';
let clip = '';
const memory = new PictureMemory();

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'framewatch-recording-'));
  // Its name would be an option, a protocol and a series of pictures.
  clip = await makeTestClip({ file: path.join(folder, '-i:%03d.mp4'), seconds: FRAMES / 30, fps: 30, size: '64x36', bFrames: 2, preset: 'veryfast' });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function open(file: string, program = 'ffmpeg', sampleFps: number | null = null): Recording {
  const ffmpeg = { file: program, capabilities: CAPABILITIES, hwaccel: 'none' } as const;
  return new Recording({ file, bytes: 0, ffmpeg, sampleFps, frameWidth: 128, threads: 1, memory, clock: systemClock });
}

function ffmpegsHere(): number {
  return processTree(process.pid).filter(({ command }) => command.includes(folder)).length;
}

describe('Recording', () => {
  it('gives every picture of a file in its order, with the time that the file says', async () => {
    const recording = open(clip);
    const seen: Omit<RecordedPicture, 'pixels'>[] = [];
    const verdict = await recording.run(new AbortController().signal, async ({ pixels, ...picture }) => {
      expect(pixels).toHaveLength(128 * 72 * 3);
      seen.push(picture);
    });
    expect(verdict).toEqual({ fault: null, warnings: [] });
    expect(seen.map(({ timeMs }) => Math.round(timeMs))).toEqual(Array.from({ length: FRAMES }, (_, index) => Math.round((index * 1000) / 30)));
    expect(recording.facts).toMatchObject({ codec: 'h264', width: 64, height: 36, durationMs: 2000, reachedMs: 2000 });
  });

  it('picks at most so many a second', async () => {
    const times: number[] = [];
    await open(clip, 'ffmpeg', 5).run(new AbortController().signal, async ({ timeMs }) => void times.push(timeMs));
    // One in each fifth of a second, and the half ones at both ends.
    expect(times.length).toBeGreaterThanOrEqual(10);
    expect(times.length).toBeLessThanOrEqual(11);
  });

  it('holds ffmpeg up while nobody takes a picture, and loses none', async () => {
    const large = await makeTestClip({ file: path.join(folder, 'large.mp4'), seconds: 4, fps: 30, size: '640x360' });
    const recording = new Recording({
      ...{
        file: large,
        bytes: 0,
        ffmpeg: { file: 'ffmpeg', capabilities: CAPABILITIES, hwaccel: 'none' },
        sampleFps: null,
        frameWidth: 640,
        threads: 1,
      },
      ...{ memory, clock: systemClock },
    });
    let goOn: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    let taken = 0;
    const running = recording.run(new AbortController().signal, async () => {
      taken += 1;
      await gate;
    });
    // What stands between: two pictures read ahead, the system's buffers, and what the decoder has begun with.
    let before = -1;
    await waitFor('ffmpeg stands still', async () => {
      const [child] = processTree(process.pid).filter(({ command }) => command.includes('large.mp4'));
      const stands = child !== undefined && child.cpuSeconds === before && recording.facts.reachedMs > 0;
      before = child?.cpuSeconds ?? -1;
      await new Promise((resolve) => setTimeout(resolve, 150));
      return stands;
    });
    expect(taken).toBe(1);
    expect(recording.facts.reachedMs).toBeLessThan(2000);
    goOn();
    expect(await running).toEqual({ fault: null, warnings: [] });
    expect(taken).toBe(120);
  });

  it('leaves no child when it is told to end and when the taker fails', async () => {
    const ending = new AbortController();
    expect(await open(clip).run(ending.signal, async () => ending.abort())).toBeNull();
    await expect(open(clip).run(new AbortController().signal, () => Promise.reject(new Error('full')))).rejects.toThrow('full');
    expect(ffmpegsHere()).toBe(0);
  });

  it('keeps what came before the damage, and says where that is', async () => {
    const faststart = path.join(folder, 'whole.mp4');
    await promisify(execFile)('ffmpeg', ['-loglevel', 'error', '-i', `file:${clip}`, '-c', 'copy', '-movflags', '+faststart', faststart]);
    const bytes = readFileSync(faststart);
    const cut = path.join(folder, 'cut.mp4');
    writeFileSync(cut, bytes.subarray(0, bytes.length * 0.7));
    const times: number[] = [];
    const verdict = await open(cut).run(new AbortController().signal, async ({ timeMs }) => void times.push(timeMs));
    expect(verdict?.fault).toMatchObject({ code: 'RECORDING_DAMAGED' });
    expect(times.length).toBeGreaterThan(5);
    expect(times.length).toBeLessThan(FRAMES);
  });

  it('gives up a child that sends pictures without saying what they are', async () => {
    const program = path.join(folder, 'ffmpeg');
    writeFileSync(program, '#!/bin/sh\nexec cat /dev/zero\n', { mode: 0o755 });
    const verdict = await open(clip, program).run(new AbortController().signal, async () => undefined);
    expect(verdict?.fault).toMatchObject({ code: 'RECORDING_UNREADABLE' });
    expect(ffmpegsHere()).toBe(0);
  });

  it('says of pictures that are too tall for it that they are', async () => {
    const tall = path.join(folder, 'tall.mkv');
    await promisify(execFile)('ffmpeg', ['-loglevel', 'error', '-f', 'lavfi', '-i', 'color=s=2x4000', '-frames:v', '1', '-c:v', 'ffv1', tall]);
    const verdict = await open(tall).run(new AbortController().signal, async () => undefined);
    expect(verdict?.fault).toMatchObject({ code: 'RECORDING_UNREADABLE', message: expect.stringContaining('2 × 4000') as string });
  });

  it('says what it is when a file is no film, and when there is no ffmpeg', async () => {
    const text = path.join(folder, 'text.mp4');
    writeFileSync(text, 'Dear diary');
    const none = async () => undefined;
    expect((await open(text).run(new AbortController().signal, none))?.fault).toMatchObject({ code: 'RECORDING_NO_VIDEO' });
    await expect(open(clip, path.join(folder, 'no-ffmpeg')).run(new AbortController().signal, none)).rejects.toMatchObject({
      code: 'FFMPEG_NOT_FOUND',
    });
  });
});
