import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MeasuredDaemon } from '../../src/bench/measured-daemon.ts';
import { type Clock, systemClock } from '../../src/util/clock.ts';
import { accepted } from '../config/sample.ts';

const PUPPET = path.resolve(import.meta.dirname, '../helpers/puppet-daemon.mjs');
/** Ten times as fast as time. */
const HURRIED: Clock = {
  monotonicMs: () => 10 * systemClock.monotonicMs(),
  wallMs: () => systemClock.wallMs(),
  setTimer: (delayMs, fire) => systemClock.setTimer(delayMs / 10, fire),
};
const camera = (index: number, sampleFps: number) => ({
  ...{ id: `camera${index}`, url: 'rtsp://127.0.0.1:1/x', sampleFps, decode: 'all' as const, maxLatencyMs: 500, frameWidth: 640 },
});

let folder = '';
let daemon: MeasuredDaemon;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'framewatch-measured-'));
  daemon = new MeasuredDaemon({ command: PUPPET, folder, config: accepted('cameras: {}'), clock: HURRIED });
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await daemon.close();
  rmSync(folder, { recursive: true, force: true });
});

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe('MeasuredDaemon', () => {
  it('starts, watches what it is told, is looked at, and is gone when closed', async () => {
    vi.stubEnv('NOTIFY_SOCKET', '/run/systemd/notify');
    expect(await daemon.start(new AbortController().signal)).toBe(true);
    expect(await daemon.watch([camera(0, 2), camera(1, 2)], new AbortController().signal)).toBe(true);
    expect(await daemon.watch([camera(0, 3)], new AbortController().signal)).toBe(true);
    const sight = await daemon.look(null);
    expect(sight).toMatchObject({
      engineBusySeconds: 1.25,
      cameras: [{ id: 'camera0', live: true, received: 5, judged: 4, dropped: { superseded: 1 } }],
    });
    expect([...sight.batches]).toEqual([
      [1, 3],
      [4, 2],
    ]);
    if (process.platform === 'linux') expect(sight.cpu?.processes.get(daemon.pid)?.role).toBe('daemon');
    expect(await (await fetch(`${daemon.url}/api/stats`)).json()).toMatchObject({ notify: null });
    expect(statSync(path.join(folder, 'framewatch.yaml')).mode & 0o077).toBe(0);
    expect(readdirSync(folder).toSorted()).toEqual(['framewatch.yaml', 'state']);
    const { pid } = daemon;
    await daemon.close();
    await daemon.close();
    expect(isAlive(pid)).toBe(false);
  });

  it('tells again what was not heard', async () => {
    vi.stubEnv('PUPPET', 'deaf');
    await daemon.start(new AbortController().signal);
    expect(await daemon.watch([camera(0, 2)], new AbortController().signal)).toBe(true);
  });

  it('kills a daemon that does not end by itself', async () => {
    vi.stubEnv('PUPPET', 'stubborn');
    await daemon.start(new AbortController().signal);
    const { pid } = daemon;
    await daemon.close();
    expect(isAlive(pid)).toBe(false);
  });

  it('fails with the code and the words of a daemon that does not start', async () => {
    vi.stubEnv('PUPPET', 'refuse');
    const started = daemon.start(new AbortController().signal);
    await expect(started).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND', message: expect.stringContaining('there is no model') });
  });

  it('gives up waiting when it is broken off', async () => {
    const ending = new AbortController();
    const started = daemon.start(ending.signal);
    await vi.waitFor(() => expect(daemon.pid).toBeGreaterThan(0));
    ending.abort();
    expect(await started).toBe(false);
  });

  it('starts nothing once it was broken off', async () => {
    const ending = new AbortController();
    const started = daemon.start(ending.signal);
    ending.abort();
    await daemon.close();
    expect(await started).toBe(false);
    expect(daemon.pid).toBe(0);
  });

  it('says which question a daemon did not answer that has died', async () => {
    await daemon.start(new AbortController().signal);
    process.kill(daemon.pid, 'SIGKILL');
    await expect(daemon.cameras()).rejects.toMatchObject({ code: 'INTERNAL', message: expect.stringContaining('/api/cameras') });
  });
});
