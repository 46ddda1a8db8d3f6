import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SimulatedFleet } from '../../src/bench/simulated-fleet.ts';
import { systemClock } from '../../src/util/clock.ts';
import { builtEntryPoint } from '../../src/util/entry-point.ts';
import { RtspClient, until } from '../demo/rtsp-client.ts';

const STREAM = { width: 64, height: 48, framesPerSecond: 10, kilobitsPerSecond: 50, keyFrameMs: 500 };
const ENTRY_POINT = builtEntryPoint(new URL('../../src/demo/camera-host.ts', import.meta.url).href, 'camera-host-main');

let stateDir = '';

beforeEach(() => {
  stateDir = mkdtempSync(path.join(tmpdir(), 'framewatch-fleet-'));
});

afterEach(() => rmSync(stateDir, { recursive: true, force: true }));

const fleetOf = (ffmpegPath = 'ffmpeg') =>
  new SimulatedFleet({ entryPoint: ENTRY_POINT, order: { stream: STREAM, count: 3, ffmpegPath, stateDir }, clock: systemClock });

describe('SimulatedFleet', () => {
  it('serves its cameras from a process of its own, and leaves nothing behind', async () => {
    const fleet = fleetOf();
    await fleet.start();
    expect(fleet.pid).not.toBe(process.pid);
    const client = await RtspClient.open(fleet.port);
    expect((await client.play(`rtsp://127.0.0.1:${fleet.port}/camera2`)).status).toBe(200);
    await until(() => expect(client.packets.length).toBeGreaterThan(3));
    expect((await client.request('DESCRIBE', `rtsp://127.0.0.1:${fleet.port}/camera3`)).status).toBe(404);
    await fleet.close();
    await fleet.close();
    await expect(RtspClient.open(fleet.port)).rejects.toThrow('ECONNREFUSED');
    expect(() => process.kill(fleet.pid ?? 0, 0)).toThrow();
  });

  it('says what is wrong in the words of the process', async () => {
    const fleet = fleetOf('/nowhere/ffmpeg');
    await expect(fleet.start()).rejects.toMatchObject({ code: 'FFMPEG_NOT_FOUND' });
    await fleet.close();
  });

  it('can be closed while it gets ready, and before it was started', async () => {
    await fleetOf().close();
    const fleet = fleetOf();
    const started = fleet.start();
    started.catch(() => undefined);
    await fleet.close();
    await expect(started).rejects.toThrow();
  });
});
