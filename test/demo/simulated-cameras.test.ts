import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SimulatedCameras, startSimulatedCameras } from '../../src/demo/simulated-cameras.ts';
import { silentLogger } from '../../src/util/logger.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';
import { RtspClient, until } from './rtsp-client.ts';
import { SHORT_PROGRAMME } from './short-programme.ts';

const PROGRAMMES = [SHORT_PROGRAMME, { ...SHORT_PROGRAMME, id: 'other' }];
let stateDir = '';

beforeAll(async () => {
  stateDir = await mkdtemp(path.join(tmpdir(), 'framewatch-cameras-'));
});

afterAll(() => rm(stateDir, { recursive: true, force: true }));

describe('startSimulatedCameras', () => {
  it('gives every camera a port and a password of its own, and nothing is open after close', async () => {
    const simulated = await start();
    const ports = simulated.cameras.map(({ url }) => Number(new URL(url).port));
    expect(simulated.cameras.map(({ id }) => id)).toEqual(['short', 'other']);
    expect(new Set(ports).size).toBe(2);
    const [first, second] = simulated.cameras;
    expect(first?.password.reveal()).not.toBe(second?.password.reveal());
    expect(JSON.stringify(simulated.cameras)).not.toContain(first?.password.reveal());
    const client = await RtspClient.open(ports[0] ?? 0, { username: first?.username ?? '', password: first?.password.reveal() ?? '' });
    expect((await client.play(first?.url ?? '')).status).toBe(200);
    await simulated.close();
    await simulated.close();
    await until(() => expect(client.closed).toBe(true));
    for (const port of ports) await expect(RtspClient.open(port)).rejects.toThrow('ECONNREFUSED');
  });

  it('hands out the cameras by id, with their faults', async () => {
    const simulated = await start();
    const camera = simulated.camera('other');
    await camera.unplug();
    await expect(RtspClient.open(Number(new URL(camera.url).port))).rejects.toThrow('ECONNREFUSED');
    await camera.plug();
    (await RtspClient.open(Number(new URL(camera.url).port))).close();
    expect(() => simulated.camera('none')).toThrow(RangeError);
    await simulated.close();
  });

  it('closes the cameras it had opened when the next one finds its port taken', async () => {
    const { neighbour, port } = await occupiedPort();
    await expect(start(port - 1)).rejects.toMatchObject({ code: 'RTSP_PORT_IN_USE' });
    await expect(RtspClient.open(port - 1)).rejects.toThrow('ECONNREFUSED');
    await new Promise((resolve) => neighbour.close(resolve));
  });

  it('says which ffmpeg cannot be run', async () => {
    const elsewhere = path.join(stateDir, 'elsewhere');
    const options = { ffmpegPath: '/nowhere/ffmpeg', stateDir: elsewhere, logger: silentLogger, clock: new VirtualClock(), programmes: PROGRAMMES };
    await expect(startSimulatedCameras(options)).rejects.toMatchObject({ code: 'FFMPEG_NOT_FOUND' });
  });
});

function start(port: number = 0): Promise<SimulatedCameras> {
  return startSimulatedCameras({ ffmpegPath: 'ffmpeg', stateDir, logger: silentLogger, clock: new VirtualClock(), port, programmes: PROGRAMMES });
}

/** Outside the range out of which other programs get theirs by chance, so that the port before it is free. */
async function occupiedPort(): Promise<{ neighbour: Server; port: number }> {
  for (let port = 21_000 + (process.pid % 9000); ; port += 2) {
    const neighbour = createServer().listen(port, '127.0.0.1');
    const listening = once(neighbour, 'listening').then(() => true);
    if (await listening.catch(() => false)) return { neighbour, port };
  }
}
