import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../helpers/daemon.ts';
import { LiveClient } from '../helpers/live-client.ts';
import { type LiveStand, startLiveStand } from '../helpers/live-stand.ts';
import { processTree } from '../helpers/process-tree.ts';
import { type RtspServer, startRtspServer } from '../helpers/rtsp-server.ts';
import { startTcpProxy, type TcpProxy } from '../helpers/tcp-proxy.ts';
import { makeTestClip } from '../helpers/test-clip.ts';
import { waitFor } from '../helpers/wait-for.ts';

const PASSWORD = 'n33dle:/?#@%word';
const LIMIT_MS = 20_000;

let folder: string;
let server: RtspServer;
let locked: RtspServer;
/** Before the one with a password: only full motion goes through it. */
let door: TcpProxy;
let stand: LiveStand;
let returning: { readonly port: number; server: RtspServer };
const clips: Record<string, string> = {};
/** What was opened, to be closed in reverse. */
const opened: (() => Promise<void>)[] = [];

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'framewatch-live-e2e-'));
  const made = async (name: string, about: Partial<Parameters<typeof makeTestClip>[0]>) => {
    clips[name] = await makeTestClip({ file: path.join(folder, name), seconds: 4, ...about });
  };
  await made('a.mp4', {});
  await made('b.mp4', { size: '320x240' });
  // Some megabytes a second, five key frames among them: a viewer that reads nothing is behind soon.
  const noise = ['-f', 'lavfi', '-i', 'testsrc2=size=640x360:rate=25', '-vf', 'noise=alls=100:allf=t', '-t', '2'];
  const coding = ['-c:v', 'libx264', '-preset', 'ultrafast', '-qp', '18', '-g', '5', '-pix_fmt', 'yuv420p'];
  await promisify(execFile)('ffmpeg', ['-y', '-loglevel', 'error', ...noise, ...coding, path.join(folder, 'noise.mp4')]);
  await made('hevc.mp4', { codec: 'libx265', size: '320x240' });
  await made('mjpeg.mkv', { codec: 'mjpeg', size: '320x240' });
  await made('mpeg4.avi', { codec: 'mpeg4', size: '320x240' });
  const clip = (name: string) => ({ kind: 'clip', clips: [clips[name] ?? ''] }) as const;
  server = await startRtspServer({
    mounts: {
      a: clip('a.mp4'),
      hevc: clip('hevc.mp4'),
      mjpeg: clip('mjpeg.mkv'),
      b: clip('b.mp4'),
      changing: { kind: 'clip', clips: [clips['a.mp4'] ?? '', clips['b.mp4'] ?? ''] },
    },
  });
  opened.push(() => server.close());
  locked = await startRtspServer({ mounts: { a: clip('a.mp4') }, username: 'viewer', password: 'right' });
  opened.push(() => locked.close());
  door = await startTcpProxy(locked.port);
  opened.push(() => door.close());
  const port = await freePort();
  returning = { port, server: await startRtspServer({ port, mounts: { cam: clip('a.mp4') } }) };
  opened.push(() => returning.server.close());
  const file = { url: `file:${clips['b.mp4']}` };
  stand = await startLiveStand({
    plain: { url: server.url('a') },
    lively: { url: server.url('a'), liveUrl: server.url('b') },
    hevc: { url: server.url('hevc') },
    mjpeg: { url: server.url('mjpeg') },
    changing: { url: server.url('changing') },
    mpeg4: { url: `file:${clips['mpeg4.avi']}` },
    locked: { ...file, liveUrl: `rtsp://127.0.0.1:${door.port}/a`, username: 'viewer', password: PASSWORD },
    noisy: { url: `file:${path.join(folder, 'noise.mp4')}` },
    returning: { url: returning.server.url('cam') },
    ...Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`file${index}`, file])),
  });
  opened.push(() => stand.close());
});

afterAll(async () => {
  for (const close of opened.reverse()) await close();
  rmSync(folder, { recursive: true, force: true });
});

async function withClients(work: (open: (camera: string, query?: string) => LiveClient) => Promise<void>): Promise<void> {
  const clients: LiveClient[] = [];
  try {
    await work((camera, query) => {
      const client = new LiveClient(stand.url(camera, query));
      clients.push(client);
      return client;
    });
  } finally {
    for (const client of clients) await client.close();
  }
}

/** The camera's child, seen by its address. */
function childrenOf(url: string): number[] {
  const passthroughs = new Set(stand.children().passthrough);
  return processTree(stand.daemon.pid)
    .filter(({ pid, command }) => passthroughs.has(pid) && command.includes(url))
    .map(({ pid }) => pid);
}

describe('full motion', () => {
  it('is one child for all viewers, a picture at once for the second, and nothing ten seconds after the last', async () => {
    await withClients(async (open) => {
      const first = open('plain');
      await first.until('pictures', ({ frames }) => frames.length > 30, LIMIT_MS);
      expect(first.inits).toMatchObject([{ mode: 'mse', width: 640, height: 360, epoch: 1 }]);
      expect(first.inits[0]).toHaveProperty('codec', expect.stringMatching(/^avc1\.[0-9A-F]{6}$/));
      const second = open('plain');
      await second.until('a picture', ({ frames }) => frames.length >= 2);
      expect(second.frames[1]?.atMs).toBeLessThan(500);
      expect(second.frames[0]?.bytes).toEqual(first.frames[0]?.bytes);
      expect(second.frames[1]?.bytes.subarray(4, 8).toString()).toBe('moof');
      expect(childrenOf('/a').length).toBe(1);
      expect(await stand.metric('live_viewers{camera="plain"}')).toBe(2);
    });
    const left = performance.now();
    await waitFor('the child ends', () => childrenOf('/a').length === 0, LIMIT_MS);
    expect(performance.now() - left).toBeGreaterThan(9000);
    expect(performance.now() - left).toBeLessThan(13_000);
  });

  it('opens the stream that is meant for people', async () => {
    await withClients(async (open) => {
      const client = open('lively');
      await client.until('a beginning', ({ inits }) => inits.length > 0, LIMIT_MS);
      expect(client.inits).toMatchObject([{ width: 320, height: 240 }]);
    });
  });

  it('passes H.265 on to who plays it, and codes it for who does not', async () => {
    await withClients(async (open) => {
      const [able, other] = [open('hevc', '?codecs=avc1,hvc1'), open('hevc')];
      await able.until('a beginning', ({ frames }) => frames.length > 1, LIMIT_MS);
      await other.until('pictures', ({ frames }) => frames.length > 1, LIMIT_MS);
      expect(able.inits).toMatchObject([{ mode: 'mse', codec: expect.stringMatching(/^hvc1\.1\.6\.L/), width: 320, height: 240 }]);
      expect(other.inits).toMatchObject([{ mode: 'jsmpeg', width: 320, height: 240 }]);
    });
  });

  it.each(['mjpeg', 'mpeg4'])('shows a camera of %s by JSMpeg, coded once however many look', async (camera) => {
    await withClients(async (open) => {
      const before = stand.children().mpeg1.length;
      const viewers = [open(camera), open(camera)];
      for (const viewer of viewers) await viewer.until('pictures', ({ frames }) => frames.length > 10, LIMIT_MS);
      const [{ bytes } = { bytes: Buffer.alloc(0) }] = viewers;
      expect(bytes.length % 188).toBe(0);
      for (let at = 0; at < bytes.length; at += 188) expect(bytes[at]).toBe(0x47);
      // The header of MPEG-1 video.
      expect(bytes.includes(Buffer.from([0, 0, 1, 0xb3]))).toBe(true);
      expect(stand.children().mpeg1.length - before).toBeLessThanOrEqual(1);
      expect(viewers.map(({ inits }) => inits[0])).toMatchObject([{ mode: 'jsmpeg' }, { mode: 'jsmpeg' }]);
    });
  });

  it('begins another epoch when the camera comes back with another size', async () => {
    await withClients(async (open) => {
      const client = open('returning');
      await client.until('pictures', ({ frames }) => frames.length > 5, LIMIT_MS);
      await returning.server.close();
      await client.until('the loss', ({ troubles }) => troubles.length > 0, LIMIT_MS);
      expect(client.troubles[0]).toMatchObject({ type: 'offline' });
      returning.server = await startRtspServer({ port: returning.port, mounts: { cam: { kind: 'clip', clips: [clips['b.mp4'] ?? ''] } } });
      await client.until('another beginning', ({ inits }) => inits.length > 1, LIMIT_MS);
      expect(client.inits).toMatchObject([
        { width: 640, height: 360, epoch: 1 },
        { width: 320, height: 240, epoch: 2 },
      ]);
    });
  });

  it('begins another epoch when the pictures change their size without a word', async () => {
    await withClients(async (open) => {
      const client = open('changing');
      await client.until('both sizes', ({ inits }) => new Set(inits.map((init) => init.width)).size > 1, LIMIT_MS);
      expect(new Set(client.inits.map((init) => init.width))).toEqual(new Set([640, 320]));
    });
  });

  it('says that the password is wrong, and the password nowhere', async () => {
    await withClients(async (open) => {
      const client = open('locked');
      await client.until('the reason', ({ troubles }) => troubles.length > 0, LIMIT_MS);
      expect(client.troubles).toMatchObject([{ type: 'error', code: 'CAMERA_AUTH_FAILED' }]);
      const asked = door.accepted;
      expect(asked).toBeGreaterThan(0);
      // One that knows RTSP and a password asks once or twice over a connection, and makes no other.
      expect(asked).toBeLessThanOrEqual(2);
      // Whoever comes next is told the same, and the camera is not asked again.
      const next = open('locked');
      await next.until('the reason', ({ troubles }) => troubles.length > 0);
      await client.close();
      const late = open('locked', '?mode=jsmpeg');
      await late.until('the reason', ({ troubles }) => troubles.length > 0);
      // Longer than it waits after other failures.
      const toldMs = performance.now();
      await waitFor('a while', () => performance.now() - toldMs > 4000);
      expect(door.accepted).toBe(asked);
      const told = JSON.stringify([client.messages, next.messages]) + stand.daemon.log() + (await stand.daemon.get('/api/cameras')).text;
      for (const needle of [PASSWORD, encodeURIComponent(PASSWORD), 'n33dle']) expect(told).not.toContain(needle);
    });
  });

  it('leaves pictures out for a viewer that does not read, drops it, and others do not notice', async () => {
    await withClients(async (open) => {
      const [reader, stuck] = [open('noisy'), open('noisy')];
      for (const client of [reader, stuck]) await client.until('a picture', ({ frames }) => frames.length > 1, LIMIT_MS);
      stuck.pause();
      await waitFor('pictures are left out', async () => (await stand.metric('live_dropped_total{reason="skipped"}')) > 0, LIMIT_MS);
      const seen = reader.frames.length;
      await waitFor('the viewer is dropped', async () => (await stand.metric('live_dropped_total{reason="slow"}')) === 1, 2 * LIMIT_MS);
      await waitFor('its seat is free', async () => (await stand.metric('live_viewers{camera="noisy"}')) === 1);
      expect(reader.frames.length).toBeGreaterThan(seen);
      // What the other one got has no hole: fragments are numbered.
      const numbers = reader.frames.slice(1).map(({ bytes }) => bytes.readUInt32BE(20));
      expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] ?? 0) + index));
      expect(childrenOf('noise.mp4').length).toBe(1);
    });
  });

  it('refuses a camera too many, with the reason', async () => {
    await withClients(async (open) => {
      const eight = Array.from({ length: 8 }, (_, index) => open(`file${index}`));
      for (const client of eight) await client.until('a picture', ({ frames }) => frames.length > 1, LIMIT_MS);
      const ninth = open('file8');
      expect(await ninth.closed).toMatchObject({ code: 1013 });
      expect(ninth.messages).toMatchObject([{ type: 'error', code: 'LIVE_FULL' }]);
      await eight[0]?.close();
      const again = open('file8');
      await again.until('a picture', ({ frames }) => frames.length > 1, LIMIT_MS);
    });
  });

  it('leaves no child when the daemon stops', async () => {
    const own = await startLiveStand({ plain: { url: server.url('a') } });
    const clients = [new LiveClient(own.url('plain')), new LiveClient(own.url('plain', '?mode=jsmpeg'))];
    for (const client of clients) await client.until('pictures', ({ frames }) => frames.length > 1, LIMIT_MS);
    const { passthrough, mpeg1 } = own.children();
    expect([passthrough.length, mpeg1.length]).toEqual([1, 1]);
    for (const pid of [...passthrough, ...mpeg1]) {
      const names = readFileSync(`/proc/${pid}/environ`, 'utf8').match(/(?<=^|\0)[^=\0]+(?==)/g);
      expect(names).toContain('PATH');
      expect(['PATH', 'LD_LIBRARY_PATH', 'TZ']).toEqual(expect.arrayContaining(names ?? []));
    }
    await own.close();
    for (const pid of [...passthrough, ...mpeg1]) expect(existsSync(`/proc/${pid}`)).toBe(false);
    for (const client of clients) expect((await client.closed).code).toBe(1001);
  });
});
