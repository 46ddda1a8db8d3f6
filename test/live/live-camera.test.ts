import { beforeEach, describe, expect, it } from 'vitest';
import { LINGER_MS, LiveCamera } from '../../src/live/live-camera.ts';
import { LiveViewer } from '../../src/live/live-viewer.ts';
import { FramewatchError } from '../../src/util/errors.ts';
import { cameraConfig } from '../helpers/stream-cameras.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';
import { box, fragment, init, transportPackets } from './mp4.ts';
import { PuppetSocket } from './puppet-socket.ts';
import { type PuppetPassthrough, puppetParts } from './puppet-stream.ts';

let clock: VirtualClock;
let puppets: ReturnType<typeof puppetParts>;
let camera: LiveCamera;

beforeEach(() => {
  clock = new VirtualClock();
  puppets = puppetParts(clock);
  camera = new LiveCamera(cameraConfig(), true, puppets.parts);
});

async function join(mode: 'auto' | 'jsmpeg' = 'auto') {
  const socket = new PuppetSocket();
  const viewer = new LiveViewer({ codecs: new Set(['avc1']), mode }, socket, puppets.observer);
  camera.join(viewer);
  await clock.advance(0);
  return { socket, viewer };
}

const source = (): PuppetPassthrough => puppets.passthroughs.at(-1) as PuppetPassthrough;

describe('LiveCamera', () => {
  it('reads the camera once for all who look, and gives the second one a picture at once', async () => {
    const first = await join();
    source().send(init(), fragment(true), fragment(false));
    const second = await join();
    expect(puppets.passthroughs.map(({ runs }) => runs)).toEqual([1]);
    expect(second.socket.messages).toEqual([{ type: 'init', mode: 'mse', codec: 'avc1.640028', width: 1920, height: 1080, epoch: 1 }]);
    expect(second.socket.frames.length).toBe(3);
    source().send(fragment(false));
    expect([first, second].map(({ socket }) => socket.frames.length)).toEqual([4, 4]);
    expect(puppets.observer.viewers.map(([, count]) => count)).toEqual([1, 2]);
    expect(puppets.observer.children).toEqual({ passthrough: 1, mpeg1: 0 });
  });

  it('ends the child ten seconds after the last one left, unless somebody comes back', async () => {
    const first = await join();
    camera.leave(first.viewer);
    await clock.advance(LINGER_MS - 1);
    expect(source().isRunning).toBe(true);
    const second = await join();
    await clock.advance(60_000);
    expect(source().isRunning).toBe(true);
    camera.leave(second.viewer);
    await clock.advance(LINGER_MS - 1);
    expect(source().isRunning).toBe(true);
    await clock.advance(1);
    expect(source().isRunning).toBe(false);
    expect(camera.isBusy).toBe(false);
    expect(clock.pendingTimers).toBe(0);
    await join();
    expect(puppets.passthroughs.length).toBe(2);
    expect(source().isRunning).toBe(true);
  });

  it('begins another epoch when the camera comes back, with another size', async () => {
    const { socket } = await join();
    source().send(init(), fragment(true));
    source().fail('CAMERA_EXITED');
    await clock.advance(0);
    expect(socket.messages.at(-1)).toMatchObject({ type: 'offline', code: 'CAMERA_EXITED', nextTryAt: '2026-01-01T00:00:01.000Z' });
    await clock.advance(1000);
    source().send(init({ width: 640, height: 360 }), fragment(true));
    expect(socket.messages.at(-1)).toMatchObject({ type: 'init', width: 640, height: 360, epoch: 2 });
  });

  it('knocks every five seconds at the door of a camera that is away, and tells who comes meanwhile', async () => {
    await join();
    source().isThere = false;
    source().fail('CAMERA_UNREACHABLE');
    await clock.advance(12_000);
    expect([source().runs, source().knocks]).toEqual([1, 3]);
    const late = await join();
    expect(late.socket.messages).toMatchObject([{ type: 'offline', code: 'CAMERA_UNREACHABLE', nextTryAt: '2026-01-01T00:00:15.000Z' }]);
    source().isThere = true;
    await clock.advance(5000);
    expect(source().runs).toBe(2);
  });

  it('does not ask a camera that refuses the password again before its time, whoever looks', async () => {
    const first = await join();
    source().fail('CAMERA_AUTH_FAILED');
    await clock.advance(0);
    expect(first.socket.messages).toMatchObject([{ type: 'error', code: 'CAMERA_AUTH_FAILED', nextTryAt: '2026-01-01T00:01:00.000Z' }]);
    camera.leave(first.viewer);
    await clock.advance(20_000);
    expect(camera.isBusy).toBe(false);
    const second = await join();
    expect(second.socket.messages).toMatchObject([{ type: 'error', code: 'CAMERA_AUTH_FAILED' }]);
    expect(puppets.passthroughs.reduce((sum, { runs }) => sum + runs, 0)).toBe(1);
    await clock.advance(40_000);
    expect(puppets.passthroughs.reduce((sum, { runs }) => sum + runs, 0)).toBe(2);
  });

  it('complains of a stream that is none, and tries again', async () => {
    const { socket } = await join();
    source().send(init(), box('mdat'));
    await clock.advance(0);
    expect(socket.messages.at(-1)).toMatchObject({ type: 'error', code: 'CAMERA_UNSUPPORTED_STREAM' });
    await clock.advance(1000);
    expect(source().runs).toBe(2);
  });

  it('is not looked at while it is switched off', async () => {
    const { socket } = await join();
    camera.setEnabled(false);
    await clock.advance(0);
    expect(source().isRunning).toBe(false);
    expect(socket.messages).toMatchObject([{ type: 'offline', code: 'CAMERA_DISABLED', nextTryAt: null }]);
    await clock.advance(60_000);
    camera.setEnabled(true);
    await clock.advance(0);
    expect(source().isRunning).toBe(true);
  });

  it('codes anew once for all who need it, from the newest key frame on, and no longer than they look', async () => {
    await join();
    const pictures = [fragment(true), fragment(false)];
    source().send(init(), ...pictures);
    const [one, two] = [await join('jsmpeg'), await join('jsmpeg')];
    const [coder] = puppets.transcoders;
    expect(puppets.transcoders.length).toBe(1);
    expect(Buffer.concat(coder?.written ?? [])).toEqual(Buffer.concat([init(), ...pictures]));
    expect(one.socket.messages).toEqual([{ type: 'init', mode: 'jsmpeg', width: 1280, height: 720, epoch: 1 }]);
    expect(puppets.observer.children).toEqual({ passthrough: 1, mpeg1: 1 });
    camera.leave(one.viewer);
    camera.leave(two.viewer);
    await clock.advance(LINGER_MS);
    expect(coder?.isRunning).toBe(false);
    expect(source().isRunning).toBe(true);
    expect(puppets.observer.children).toEqual({ passthrough: 1, mpeg1: 0 });
  });

  it('leaves pictures out for a viewer of JSMpeg that does not read, drops it, and others do not notice', async () => {
    const [reader, stuck] = [await join('jsmpeg'), await join('jsmpeg')];
    source().send(init(), fragment(true));
    stuck.socket.reads = false;
    const [coder] = puppets.transcoders;
    const megabytes = transportPackets(1024 * 1024);
    for (let second = 0; second < 20; second += 1) for (const isKey of [true, false]) coder?.emit(megabytes(isKey));
    expect(reader.socket.frames.length).toBe(40);
    expect(stuck.socket.closed).toBe('terminated');
    expect(stuck.socket.bufferedAmount).toBeLessThanOrEqual(8 * 1024 * 1024);
    // Two of the first three, then key frames alone.
    expect(stuck.socket.frames.length).toBeLessThan(9);
    expect([...new Set(puppets.observer.drops)].sort()).toEqual(['skipped', 'slow']);
    expect(puppets.transcoders.length).toBe(1);
  });

  it('sends those away whose pictures cannot be coded, and no others', async () => {
    const [plain, coded] = [await join(), await join('jsmpeg')];
    source().send(init(), fragment(true));
    puppets.transcoders[0]?.fail(new FramewatchError('LIVE_TRANSCODER_FAILED', 'broken'));
    await clock.advance(0);
    expect(coded.socket.messages.at(-1)).toMatchObject({ type: 'error', code: 'LIVE_TRANSCODER_FAILED', nextTryAt: null });
    expect(coded.socket.closed).toMatchObject({ code: 1013 });
    expect(plain.socket.closed).toBeNull();
  });

  it('leaves nothing', async () => {
    const viewers = [await join(), await join('jsmpeg')];
    source().send(init(), fragment(true));
    await camera.close({ code: 1001, reason: 'bye' });
    expect(viewers.map(({ socket }) => socket.closed)).toEqual([
      { code: 1001, reason: 'bye' },
      { code: 1001, reason: 'bye' },
    ]);
    expect(puppets.observer.children).toEqual({ passthrough: 0, mpeg1: 0 });
    for (const { viewer } of viewers) camera.leave(viewer);
    expect(clock.pendingTimers).toBe(0);
    expect(source().isRunning).toBe(false);
  });
});
