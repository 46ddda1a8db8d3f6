import { existsSync, mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MeasuredDaemon } from '../../src/bench/measured-daemon.ts';
import { Site } from '../../src/bench/site.ts';
import { systemClock } from '../../src/util/clock.ts';
import { accepted } from '../config/sample.ts';

const HELPERS = path.resolve(import.meta.dirname, '../helpers');
let root = '';
let site: Site;

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'framewatch-site-'));
  vi.stubEnv('TMPDIR', root);
  site = new Site({
    config: { ...accepted('cameras: {}'), stateDir: path.join(root, 'operator') },
    ...{ ffmpegPath: 'ffmpeg', clock: systemClock, maxCameras: 2, frameWidth: 640 },
    stream: { width: 1920, height: 1080, framesPerSecond: 25, kilobitsPerSecond: 4000, keyFrameMs: 1000 },
    entryPoints: { command: path.join(HELPERS, 'puppet-daemon.mjs'), cameraHost: path.join(root, 'none.js'), pipeCamera: '/x/pipe.js' },
  });
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await site.close();
  rmSync(root, { recursive: true, force: true });
});

const folders = () => readdirSync(root).filter((name) => name.startsWith('framewatch-bench-'));

describe('Site', () => {
  it("lends the measured daemon the operator's cache, and takes away everything else", async () => {
    writeFileSync(path.join(root, 'mine'), 'kept');
    const opened = await site.openDaemon('ready', new AbortController().signal);
    const [folder = ''] = folders();
    expect(readlinkSync(path.join(root, folder, 'state/cache'))).toBe(path.join(root, 'operator/cache'));
    expect(opened?.supply.url(3, 2.5)).toBe('rtsp://127.0.0.1:1/2.5x640x360');
    const pid = opened?.daemon instanceof MeasuredDaemon ? opened.daemon.pid : 0;
    expect(pid).toBeGreaterThan(0);
    await site.close();
    expect(folders()).toEqual([]);
    expect(existsSync(path.join(root, 'operator/cache'))).toBe(true);
    expect(() => process.kill(pid, 0)).toThrow();
  });

  it('ends the daemon when its cameras cannot be simulated, and says why', async () => {
    await expect(site.openDaemon('cameras', new AbortController().signal)).rejects.toMatchObject({
      code: 'INTERNAL',
      message: expect.stringContaining('none.js'),
    });
    await site.close();
    expect(folders()).toEqual([]);
  });

  it('starts nothing once it was broken off', async () => {
    const ending = new AbortController();
    const opening = site.openDaemon('ready', ending.signal);
    ending.abort();
    await site.close();
    expect(await opening).toBeNull();
    expect(folders()).toEqual([]);
  });
});
