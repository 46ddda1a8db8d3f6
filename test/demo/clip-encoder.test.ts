import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeH264, encoderArguments } from '../../src/demo/clip-encoder.ts';

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'framewatch-encoder-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

describe('encodeH264', () => {
  it('says what to install when ffmpeg has no libx264', async () => {
    const ffmpeg = await fakeFfmpeg('echo "Unknown encoder \'libx264\'" >&2; exit 1');
    await expect(encode(ffmpeg)).rejects.toMatchObject({ code: 'FFMPEG_UNUSABLE', message: expect.stringContaining('no libx264') });
  });

  it('repeats what ffmpeg complained about', async () => {
    const ffmpeg = await fakeFfmpeg('cat > /dev/null; echo "No space left on device" >&2; exit 3');
    await expect(encode(ffmpeg)).rejects.toMatchObject({ code: 'FFMPEG_UNUSABLE', message: expect.stringMatching(/exit 3.*No space left/) });
  });

  it('says so when there is no ffmpeg at that path', async () => {
    await expect(encode(path.join(folder, 'none'))).rejects.toMatchObject({ code: 'FFMPEG_NOT_FOUND' });
  });

  it('passes on what the drawing throws, and does not start when it is already broken off', async () => {
    const ffmpeg = await fakeFfmpeg('cat > /dev/null');
    await expect(encode(ffmpeg, brokenFrames())).rejects.toThrow('no pencil');
    await expect(encode(ffmpeg, frames(), AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
  });
});

describe('encoderArguments', () => {
  it('fixes the distance of key frames, whatever is in the picture', () => {
    const line = encoderArguments({ keyFrameSeconds: 2, bFrames: 0 }).join(' ');
    expect(line).toContain('-g 24 -keyint_min 24 -sc_threshold 0 -bf 0');
  });
});

function encode(ffmpegPath: string, source: AsyncIterable<Buffer> = frames(), signal: AbortSignal = new AbortController().signal): Promise<void> {
  return encodeH264({ ffmpegPath, frames: source, encoding: { keyFrameSeconds: 1, bFrames: 0 }, file: path.join(folder, 'x.h264'), signal });
}

async function* frames(): AsyncGenerator<Buffer> {
  for (let i = 0; i < 50; i += 1) yield Buffer.alloc(100_000);
}

async function* brokenFrames(): AsyncGenerator<Buffer> {
  yield Buffer.alloc(10);
  throw new Error('no pencil');
}

async function fakeFfmpeg(script: string): Promise<string> {
  const file = path.join(folder, 'ffmpeg');
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
  return file;
}
