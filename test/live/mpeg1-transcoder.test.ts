import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { withFrameRateHint } from '../../src/live/frame-rate-hint.ts';
import { mpeg1Transcoders } from '../../src/live/mpeg1-transcoder.ts';
import { SegmentReader } from '../../src/live/segment-reader.ts';
import type { PictureSize } from '../../src/live/transcoder.ts';
import { systemClock } from '../../src/util/clock.ts';
import { makeTestClip } from '../helpers/test-clip.ts';
import { waitFor } from '../helpers/wait-for.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'framewatch-mpeg1-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function program(script: string): string {
  const file = path.join(folder, 'ffmpeg');
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}

function open(ffmpegPath: string, notes: string[] = [], from: PictureSize = { width: 64, height: 48 }) {
  const openTail = () => ({ push: (text: string) => void notes.push(text), lines: () => notes });
  const environment = { PATH: process.env['PATH'] };
  const options = { ffmpegPath, frameRateModeOption: '-fps_mode', takesProcessorCount: true, environment, clock: systemClock, openTail } as const;
  return mpeg1Transcoders(options)('cam', from, { width: 64, height: 48 });
}

describe('mpeg1Transcoders', () => {
  it('makes MPEG-1 in MPEG-TS of what it is given', async () => {
    const clip = await makeTestClip({ file: path.join(folder, 'clip.mp4'), seconds: 1, size: '64x48' });
    const [coder, stop, pieces] = [open('ffmpeg'), new AbortController(), [] as Uint8Array[]];
    const ended = coder.run(stop.signal, (bytes) => pieces.push(bytes));
    expect(coder.write(readFileSync(clip))).toBe(true);
    await waitFor('pictures', () => Buffer.concat(pieces).includes(Buffer.from([0, 0, 1, 0xb3])));
    expect(pieces[0]?.[0]).toBe(0x47);
    stop.abort();
    await ended;
    expect(coder.write(new Uint8Array(1))).toBe(false);
  });

  it('gives out each picture when it has come, the first at once', async () => {
    const clip = path.join(folder, 'clip.mp4');
    const coding = [
      '-c:v',
      'libx264',
      '-preset',
      'veryfast',
      '-bf',
      '0',
      '-pix_fmt',
      'yuv420p',
      '-movflags',
      'frag_every_frame+empty_moov+default_base_moof',
    ];
    const source = ['-f', 'lavfi', '-i', 'testsrc2=size=64x48:rate=5', '-t', '2'];
    await promisify(execFile)('ffmpeg', ['-y', '-loglevel', 'error', ...source, ...coding, clip]);
    const [beginnings, fragments]: [Uint8Array[], Uint8Array[]] = [[], []];
    const reader = new SegmentReader({ onInit: ({ bytes }) => beginnings.push(bytes), onFragment: ({ bytes }) => fragments.push(bytes) });
    expect(reader.push(readFileSync(clip))).toBeNull();
    const [coder, stop, pieces] = [open('ffmpeg'), new AbortController(), [] as Uint8Array[]];
    const ended = coder.run(stop.signal, (bytes) => pieces.push(bytes));
    // The header of a picture in MPEG-1.
    const pictures = () => Buffer.concat(pieces).toString('latin1').split('\0\0\x01\0').length - 1;
    for (const bytes of beginnings) coder.write(withFrameRateHint(bytes));
    for (const [index, bytes] of fragments.slice(0, 6).entries()) {
      coder.write(bytes);
      await waitFor(`picture ${index}`, () => pictures() === index + 1);
    }
    stop.abort();
    await ended;
  });

  it.each([
    [1920, 1080, '1'],
    [3840, 2160, '4'],
  ])('takes few threads for pictures of %i×%i, for each keeps one back', async (width, height, count) => {
    const pieces: string[] = [];
    const ended = open(program('echo "$@"; exit 3'), [], { width, height }).run(new AbortController().signal, (bytes) =>
      pieces.push(Buffer.from(bytes).toString()),
    );
    await expect(ended).rejects.toMatchObject({ code: 'LIVE_TRANSCODER_FAILED' });
    expect(pieces.join('')).toContain(` -cpucount ${count} `);
  });

  it('gives its child no more of the environment than it needs, and ours stays as it is', async () => {
    vi.stubEnv('FRAMEWATCH_TEST_SECRET', 'needle');
    try {
      const pieces: string[] = [];
      const ended = open(program('env; exit 3')).run(new AbortController().signal, (bytes) => pieces.push(Buffer.from(bytes).toString()));
      expect(process.env['FRAMEWATCH_TEST_SECRET']).toBe('needle');
      await expect(ended).rejects.toMatchObject({ code: 'LIVE_TRANSCODER_FAILED' });
      // What a shell adds by itself is not ours.
      const names = pieces
        .join('')
        .match(/^\w+(?==)/gm)
        ?.filter((name) => !['PWD', 'SHLVL', '_', 'OLDPWD'].includes(name));
      expect(names).toEqual(['PATH']);
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it('says why it ended, and writes nothing to our own standard error', async () => {
    const spoken = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    try {
      const notes: string[] = [];
      const ended = open(program('echo "no such codec" >&2; exit 1'), notes).run(new AbortController().signal, () => undefined);
      await expect(ended).rejects.toThrow(/code 1 \(no such codec/);
      expect(spoken).not.toHaveBeenCalled();
    } finally {
      spoken.mockRestore();
    }
  });

  it('rejects when there is no such program', async () => {
    await expect(open(path.join(folder, 'none')).run(new AbortController().signal, () => undefined)).rejects.toThrow(/ENOENT/);
  });

  it('ends a child that ignores SIGTERM, and lets no more wait for one that reads nothing', async () => {
    const [coder, stop] = [open(program("trap '' TERM; while :; do sleep 1; done")), new AbortController()];
    const ended = coder.run(stop.signal, () => undefined);
    const outcomes = Array.from({ length: 10 }, () => coder.write(new Uint8Array(1024 * 1024)));
    expect(outcomes[0]).toBe(true);
    expect(outcomes.at(-1)).toBe(false);
    const before = performance.now();
    stop.abort();
    await ended;
    expect(performance.now() - before).toBeLessThan(3000);
  });
});
