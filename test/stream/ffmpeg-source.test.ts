import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ChildNotes } from '../../src/stream/child-notes.ts';
import { ffmpegSources } from '../../src/stream/ffmpeg-source.ts';
import { PictureMemory } from '../../src/stream/picture-memory.ts';
import { systemClock } from '../../src/util/clock.ts';
import { silentLogger } from '../../src/util/logger.ts';
import { Redactor } from '../../src/util/redactor.ts';
import { Secret } from '../../src/util/secret.ts';
import { CAPABILITIES } from '../helpers/ffmpeg-capabilities.ts';
import { cameraConfig, realSources, SourceRecorder } from '../helpers/stream-cameras.ts';

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
        notes: new ChildNotes(systemClock),
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

  it.each([
    ['p%40ss:w@rd/?#&=+"é$,;!*()', 'viewer'],
    ["o'%2F%", "o'brien@home"],
    ["'#x", "o'brien"],
    ['Zürich 8001', 'a:b'],
  ])('leaves nothing of the password %j in what it notes, in whatever form the child writes it', async (password, username) => {
    const folder = await mkdtemp(path.join(tmpdir(), 'framewatch-source-'));
    try {
      const file = path.join(folder, 'ffmpeg');
      // The address as it was given, alone and within quotes, and again without an end.
      const script =
        'for last; do case "$last" in rtsp:*) u="$last";; esac; done; echo "$u: Server returned 401" >&2; echo "[in#0] \'$u\', \\"$u\\"" >&2; printf %s "$u" | head -c 30 >&2; exit 1';
      await writeFile(file, `#!/bin/sh\n${script}\n`);
      await chmod(file, 0o755);
      const redactor = new Redactor();
      redactor.add(password, username);
      const notes = new ChildNotes(systemClock);
      const open = await realSources({ file, redactor, notes });
      const camera = cameraConfig({ url: 'rtsp://127.0.0.1:1/none?channel=1', username, password: new Secret(password) });
      await expect(open(camera, 'all').run(new AbortController().signal, new SourceRecorder())).rejects.toMatchObject({ code: 'CAMERA_AUTH_FAILED' });
      const [note] = notes.of('cam');
      expect(note?.lines.map(({ text }) => text)).toEqual([
        'rtsp://127.0.0.1:1/none?channel=1: Server returned 401',
        `[in#0] 'rtsp://127.0.0.1:1/none?channel=1', "rtsp://127.0.0.1:1/none?channel=1"`,
      ]);
      expect(note?.endedMs).not.toBeNull();
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
