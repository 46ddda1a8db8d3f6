import { beforeEach, describe, expect, it } from 'vitest';
import type { CameraConfig } from '../../src/config/config.ts';
import { LiveCameras, MOST_CAMERAS, MOST_VIEWERS } from '../../src/live/live-cameras.ts';
import { cameraConfig } from '../helpers/stream-cameras.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';
import { PuppetSocket } from './puppet-socket.ts';
import { puppetParts } from './puppet-stream.ts';

let clock: VirtualClock;
let puppets: ReturnType<typeof puppetParts>;
let known: Map<string, { config: CameraConfig; enabled: boolean }>;
let cameras: LiveCameras;

beforeEach(() => {
  clock = new VirtualClock();
  puppets = puppetParts(clock);
  known = new Map(Array.from({ length: 12 }, (_, index) => [`cam${index}`, { config: cameraConfig({ id: `cam${index}` }), enabled: true }]));
  cameras = new LiveCameras({ ...puppets.parts, camera: (id) => known.get(id) });
});

const WISH = { codecs: new Set(['avc1']), mode: 'auto' } as const;

async function join(id: string) {
  const socket = new PuppetSocket();
  const seat = cameras.join(id, WISH, socket);
  await clock.advance(0);
  return { socket, seat };
}

const running = () => puppets.passthroughs.filter(({ isRunning }) => isRunning).map(({ cameraId }) => cameraId);

describe('LiveCameras', () => {
  it('refuses a camera too many, with the reason, and lets it in once another is closed', async () => {
    const seats = [];
    for (let i = 0; i < MOST_CAMERAS; i += 1) seats.push((await join(`cam${i}`)).seat);
    const refused = await join('cam8');
    expect(refused.socket.messages).toMatchObject([{ type: 'error', code: 'LIVE_FULL', nextTryAt: null }]);
    expect(refused.socket.closed).toMatchObject({ code: 1013 });
    expect(puppets.observer.drops).toEqual(['limit']);
    expect(running().length).toBe(MOST_CAMERAS);
    refused.seat.leave();
    // One that only lingers makes room at once.
    seats[3]?.leave();
    const next = await join('cam8');
    expect(next.socket.closed).toBeNull();
    expect(running()).toEqual(['cam0', 'cam1', 'cam2', 'cam4', 'cam5', 'cam6', 'cam7', 'cam8']);
  });

  it('refuses a viewer too many', async () => {
    for (let i = 0; i < MOST_VIEWERS; i += 1) await join(`cam${i % 3}`);
    const { socket } = await join('cam0');
    expect(socket.messages).toMatchObject([{ type: 'error', code: 'LIVE_FULL' }]);
    expect(running().length).toBe(3);
  });

  it('follows the configuration and the switch', async () => {
    const { socket } = await join('cam0');
    cameras.refresh('cam0');
    await clock.advance(0);
    expect(running()).toEqual(['cam0']);
    known.set('cam0', { config: (known.get('cam0') as { config: CameraConfig }).config, enabled: false });
    cameras.refresh('cam0');
    await clock.advance(0);
    expect(running()).toEqual([]);
    expect(socket.messages).toMatchObject([{ code: 'CAMERA_DISABLED' }]);
    known.set('cam0', { config: cameraConfig({ id: 'cam0', url: 'rtsp://127.0.0.1:1/other' }), enabled: true });
    cameras.refresh('cam0');
    expect(socket.closed).toMatchObject({ code: 1012 });
    await join('cam0');
    expect(running()).toEqual(['cam0']);
    known.delete('cam0');
    cameras.refresh('cam0');
    await clock.advance(0);
    expect([cameras.knows('cam0'), running()]).toEqual([false, []]);
  });

  it('leaves no child when it is closed, and lets nobody in any more', async () => {
    const sockets = [await join('cam0'), await join('cam1')].map(({ socket }) => socket);
    await cameras.close();
    await cameras.close();
    expect(sockets.map(({ closed }) => closed)).toMatchObject([{ code: 1001 }, { code: 1001 }]);
    expect(running()).toEqual([]);
    expect((await join('cam2')).socket.closed).toMatchObject({ code: 1013 });
    expect(clock.pendingTimers).toBe(0);
  });
});
