import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ChildNotes } from '../../src/stream/child-notes.ts';
import { probeFfmpeg } from '../../src/stream/ffmpeg-capabilities.ts';
import { ffmpegSources } from '../../src/stream/ffmpeg-source.ts';
import { PictureMemory } from '../../src/stream/picture-memory.ts';
import type { SourceFrame } from '../../src/stream/source.ts';
import { systemClock } from '../../src/util/clock.ts';
import { builtEntryPoint } from '../../src/util/entry-point.ts';
import { silentLogger } from '../../src/util/logger.ts';
import { cameraOf } from '../config/sample.ts';

const FPS = 40;
const ENTRY_POINT = builtEntryPoint(new URL('../../src/bench/site.ts', import.meta.url).href, 'pipe-camera-main');
let folder = '';
let file = '';

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'framewatch-pipe-'));
  file = path.join(folder, 'ffmpeg');
  writeFileSync(file, `#!/bin/sh\nexec '${process.execPath}' '${ENTRY_POINT}' "$@"\n`, { mode: 0o700 });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('is taken for ffmpeg by the daemon, at the rate and of the size that its address says', async () => {
  const capabilities = await probeFfmpeg(file);
  const memory = new PictureMemory();
  const notes = new ChildNotes(systemClock);
  const source = ffmpegSources({
    ...{ file, memory, capabilities, notes },
    hwaccel: 'none',
    clock: systemClock,
    log: silentLogger,
    redact: (text) => text,
  });
  const frames: SourceFrame[] = [];
  const enough = new AbortController();
  await source(cameraOf(`url: rtsp://127.0.0.1:1/${FPS}x64x36\nsampleFps: ${FPS}`), 'all').run(enough.signal, {
    onOpening: () => undefined,
    onStream: ({ width, height }) => expect([width, height]).toEqual([64, 36]),
    onPacket: () => undefined,
    onFrame: (frame) => {
      memory.hold(frame.pixels);
      if (frames.push(frame) === FPS) enough.abort();
    },
    onInvalid: (count) => expect(count).toBe(0),
  });
  expect(frames).toHaveLength(FPS);
  for (const { width, height, pixels } of frames) expect([width, height, pixels.length]).toEqual([64, 36, 64 * 36 * 3]);
  // On a busy machine a packet's line may be read together with its picture.
  expect(frames.filter(({ arrivalKnown }) => arrivalKnown).length).toBeGreaterThan(FPS / 2);
  const tookMs = (frames.at(-1)?.receivedMono ?? 0) - (frames[0]?.receivedMono ?? 0);
  expect(tookMs / (FPS - 1)).toBeGreaterThan(0.25 * (1000 / FPS));
  expect(new Set(frames.map(({ pixels }) => Buffer.from(pixels).toString('latin1'))).size).toBe(4);
});
