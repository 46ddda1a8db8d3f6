import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SourceFactory, SourceFrame, SourcePacket } from '../../src/stream/source.ts';
import { serveMultipart, servePlaylist, serveTransportStream } from '../helpers/http-camera.ts';
import { recordingLogger } from '../helpers/recording-logger.ts';
import { startRtspServer } from '../helpers/rtsp-server.ts';
import { cameraConfig, realSources, record } from '../helpers/stream-cameras.ts';
import { makeTestClip } from '../helpers/test-clip.ts';

const BROKEN_SECONDS = 4;

let folder: string;
let clip: string;
let short: string;
let broken: string;
let still: Uint8Array;
let openSource: SourceFactory;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'framewatch-kinds-'));
  clip = await makeTestClip({ file: path.join(folder, 'clip.mp4'), seconds: 4, bFrames: 2 });
  short = await makeTestClip({ file: path.join(folder, 'short.mp4'), seconds: 1 });
  const bitstreamFilter = 'h264_mp4toannexb,noise=amount=20';
  broken = await makeTestClip({ file: path.join(folder, 'broken.ts'), seconds: BROKEN_SECONDS, bitstreamFilter });
  const jpeg = path.join(folder, 'still.jpg');
  execFileSync('ffmpeg', ['-y', '-loglevel', 'error', '-f', 'lavfi', '-i', 'testsrc2=size=640x360', '-frames:v', '1', jpeg]);
  still = await readFile(jpeg);
  openSource = await realSources();
});

afterAll(() => rm(folder, { recursive: true }));

// They mostly wait for what plays at its own pace: together they take as long as the longest.
describe('a stream', { concurrent: true }, () => {
  it('from a file goes round at its own pace', async ({ expect }) => {
    const started = performance.now();
    const camera = cameraConfig({ url: pathToFileURL(short).href, sampleFps: 5 });
    const { frames } = await record(openSource(camera, 'all'), 20_000, (seen) => seen.frames.length >= 13);
    expect(frames.length).toBeGreaterThanOrEqual(13);
    expect(performance.now() - started).toBeGreaterThan(2000);
    expect(frames.filter(({ arrivalKnown }) => !arrivalKnown)).toEqual([]);
  });

  it('over HTTP as multipart JPEG is sampled by the clock, since it carries no times', async ({ expect }) => {
    const http = await serveMultipart(still, 10);
    try {
      const camera = cameraConfig({ url: http.url, sampleFps: 2 });
      const { frames } = await record(openSource(camera, 'all'), 30_000, (seen) => seen.frames.length >= 6);
      expect(frames.length).toBeGreaterThanOrEqual(6);
      expectSteady(frames.slice(2), 500);
    } finally {
      await http.close();
    }
  });

  it('over HTTP as MPEG transport stream', async ({ expect }) => {
    const http = await serveTransportStream(clip);
    try {
      const camera = cameraConfig({ url: http.url, sampleFps: 4 });
      const { frames, streams } = await record(openSource(camera, 'all'), 30_000, (seen) => seen.frames.length >= 14);
      expect(streams).toEqual([{ codec: 'h264', width: 640, height: 360 }]);
      expect(frames.filter(({ arrivalKnown }) => !arrivalKnown)).toEqual([]);
      expectSteady(frames.slice(2), 250);
    } finally {
      await http.close();
    }
  });

  it('over HTTP as a playlist of segments comes at its own pace, not a segment at a time', async ({ expect }) => {
    const http = await servePlaylist(clip, path.join(folder, 'hls'), 2);
    try {
      const camera = cameraConfig({ url: http.url, sampleFps: 4 });
      const { frames } = await record(openSource(camera, 'all'), 30_000, (seen) => seen.frames.length >= 20);
      expect(frames.length).toBeGreaterThanOrEqual(20);
      expect(frames.filter(({ arrivalKnown }) => !arrivalKnown)).toEqual([]);
      expectSteady(frames.slice(2), 250);
    } finally {
      await http.close();
    }
  });
});

describe('a faulty stream', { concurrent: true }, () => {
  it('of broken pictures gives every other one at least, and the log stays readable', async ({ expect }) => {
    const log = recordingLogger();
    const camera = cameraConfig({ url: pathToFileURL(broken).href, sampleFps: 25 });
    const source = (await realSources({ log }))(camera, 'all');
    // One round of the file: where its end meets its beginning more is lost than the noise has broken.
    const { frames, packets } = await record(source, 30_000, (seen) => lastedMs(seen.packets) >= BROKEN_SECONDS * 1000 - 200);
    expect(log.lines.length, 'the stream is broken indeed').toBeGreaterThan(5);
    expect(frames.length / packets.length, `${frames.length} pictures of ${packets.length} packets`).toBeGreaterThanOrEqual(0.5);
    expect(log.lines.length / BROKEN_SECONDS, 'lines a second').toBeLessThanOrEqual(10);
  });

  it('whose clock is set back ends, and is not told with wrong ages', async ({ expect }) => {
    const clock = { afterSeconds: 5, bySeconds: 4 };
    const camera = await startRtspServer({ mounts: { clip: { kind: 'clip', clips: [clip], setBack: clock } } });
    try {
      const source = openSource(cameraConfig({ url: camera.url('clip'), sampleFps: 10 }), 'all');
      await expect(record(source, 30_000, () => false)).rejects.toMatchObject({
        code: 'CAMERA_EXITED',
        message: expect.stringContaining('set back'),
      });
    } finally {
      await camera.close();
    }
  });
});

function lastedMs(packets: readonly SourcePacket[]): number {
  return (packets.at(-1)?.arrivedMono ?? 0) - (packets[0]?.arrivedMono ?? 0);
}

/** Each picture about `intervalMs` after the one before it. */
function expectSteady(frames: readonly SourceFrame[], intervalMs: number): void {
  const gapsMs = frames.slice(1).map((frame, index) => Math.round(frame.decodedMono - (frames[index]?.decodedMono ?? 0)));
  expect(Math.max(...gapsMs), `gaps of ${gapsMs.join(' ')} ms where ${intervalMs} are wanted`).toBeLessThan(intervalMs + 400);
}
