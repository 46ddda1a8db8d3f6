import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { cameraClip } from '../../src/demo/camera-clip.ts';

const STREAM = { width: 128, height: 72, framesPerSecond: 5, kilobitsPerSecond: 100, keyFrameMs: 1000 };
let stateDir = '';

beforeEach(() => {
  stateDir = mkdtempSync(path.join(tmpdir(), 'framewatch-clip-'));
});
afterEach(() => rmSync(stateDir, { recursive: true, force: true }));

const clipOf = (ffmpegPath: string, stream = STREAM) => cameraClip({ stream, ffmpegPath, stateDir, signal: new AbortController().signal });

it('codes what it was asked for, once', async () => {
  const { stream, framesPerSecond } = await clipOf('ffmpeg');
  expect(framesPerSecond).toBe(5);
  expect(stream.units).toHaveLength(40);
  expect(stream.units.map(({ key }) => key)).toEqual(stream.units.map((_, index) => index % 5 === 0));
  expect(stream.units.every(({ displayIndex }, index) => displayIndex === index)).toBe(true);
  const [file = ''] = readdirSync(path.join(stateDir, 'cache/demo'));
  expect(statSync(path.join(stateDir, 'cache/demo', file)).size / 8).toBeGreaterThan(0.3 * (100_000 / 8));
  expect((await clipOf('/nowhere/ffmpeg')).stream.units).toHaveLength(40);
});

it('codes a damaged or another clip anew', async () => {
  await clipOf('ffmpeg');
  const [file = ''] = readdirSync(path.join(stateDir, 'cache/demo'));
  writeFileSync(path.join(stateDir, 'cache/demo', file), 'no video');
  await expect(clipOf('/nowhere/ffmpeg')).rejects.toMatchObject({ code: 'FFMPEG_NOT_FOUND' });
  expect((await clipOf('ffmpeg')).stream.units).toHaveLength(40);
  await expect(clipOf('/nowhere/ffmpeg', { ...STREAM, framesPerSecond: 6 })).rejects.toMatchObject({ code: 'FFMPEG_NOT_FOUND' });
});
