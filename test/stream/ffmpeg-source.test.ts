import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ffmpegSources } from '../../src/stream/ffmpeg-source.ts';
import { PictureMemory } from '../../src/stream/picture-memory.ts';
import { systemClock } from '../../src/util/clock.ts';
import { silentLogger } from '../../src/util/logger.ts';
import { cameraConfig, SourceRecorder } from '../helpers/stream-cameras.ts';

const CAPABILITIES = {
  version: '5.1.9',
  rtspTimeoutOption: '-timeout',
  frameRateModeOption: '-fps_mode',
  takesProcessorCount: true,
  warning: null,
} as const;

describe('ffmpegSources', () => {
  it('asks for patience before each child, and remembers what a stream has taught', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'framewatch-source-'));
    try {
      const file = path.join(folder, 'ffmpeg');
      await writeFile(file, "#!/bin/sh\necho '[rtsp] Could not find codec parameters for stream 0' >&2\nexit 1\n");
      await chmod(file, 0o755);
      const open = ffmpegSources({
        file,
        capabilities: CAPABILITIES,
        hwaccel: 'none',
        memory: new PictureMemory(),
        clock: systemClock,
        log: silentLogger,
        redact: (text) => text,
      });
      const run = async () => {
        const recorder = new SourceRecorder();
        await expect(open(cameraConfig(), 'all').run(new AbortController().signal, recorder)).rejects.toMatchObject({
          code: 'CAMERA_UNSUPPORTED_STREAM',
        });
        return recorder.allowancesMs;
      };
      expect(await run()).toEqual([300, 8000]);
      expect(await run()).toEqual([8000]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
