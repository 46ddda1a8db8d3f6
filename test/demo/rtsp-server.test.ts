import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RtspServer, type RtspServerOptions } from '../../src/demo/rtsp-server.ts';
import { silentLogger } from '../../src/util/logger.ts';
import { Secret } from '../../src/util/secret.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';
import { RtspClient, until } from './rtsp-client.ts';
import { tinyClip } from './tiny-clip.ts';

const LOGIN = { username: 'demo', password: 'right' };
const FRAME_MS = 100;
const FRAME_TICKS = 9000;

let clock: VirtualClock;
let server: RtspServer;
let clients: RtspClient[];

beforeEach(() => {
  clock = new VirtualClock(5000);
  clients = [];
});

afterEach(async () => {
  for (const client of clients) client.close();
  await server.close();
  expect(clock.pendingTimers).toBe(0);
});

describe('RtspServer', () => {
  it('describes the stream to who knows the password, and to nobody else', async () => {
    await start();
    const stranger = await open({ username: 'demo', password: 'wrong' });
    expect((await stranger.request('OPTIONS', url())).headers['public']).toContain('DESCRIBE');
    expect((await stranger.request('DESCRIBE', url())).headers['www-authenticate']).toContain('Digest realm="Cam"');
    expect((await stranger.request('DESCRIBE', url())).status).toBe(401);
    const friend = await open();
    await friend.request('DESCRIBE', url());
    const reply = await friend.request('DESCRIBE', url());
    expect(reply.status).toBe(200);
    expect(reply.headers['content-base']).toBe(`${url()}/`);
    expect(reply.body).toContain('a=fmtp:96 packetization-mode=1;profile-level-id=4D401F;sprop-parameter-sets=Z01AHw==,aO4=');
  });

  it('begins with a sender report and the key frame that RTP-Info announced, and goes on in sequence', async () => {
    await start({ clips: { '/main': tinyClip([0, 1, 2, 3], 3000) } });
    await clock.advance(1.5 * FRAME_MS);
    const client = await open();
    const reply = await client.play(url());
    const [, sequence, timestamp] = /seq=(\d+);rtptime=(\d+)/.exec(reply.headers['rtp-info'] ?? '') ?? [];
    await clock.advance(8 * FRAME_MS);
    await until(() => expect(client.packets.filter(({ last }) => last)).toHaveLength(6));
    expect(client.order[0]).toBe('rtcp');
    expect(client.packets[0]).toMatchObject({ sequence: Number(sequence), timestamp: Number(timestamp), last: false });
    expect(client.packets[0]?.payload.readUInt8(1)).toBe(0x80 | 5);
    const steps = client.packets.slice(1).map((packet, i) => (packet.sequence - (client.packets[i]?.sequence ?? 0) + 65_536) % 65_536);
    expect(new Set(steps)).toEqual(new Set([1]));
  });

  it('tells the wall clock of the timestamps: the picture of now has the timestamp of now', async () => {
    await start();
    const wallMs = clock.wallMs();
    const client = await open();
    await client.play(url());
    await clock.advance(FRAME_MS);
    await until(() => expect(client.packets.length).toBeGreaterThan(0));
    const [report] = client.reports;
    const ntpMs = (report?.readUInt32BE(8) ?? 0) * 1000 + ((report?.readUInt32BE(12) ?? 0) / 2 ** 32) * 1000;
    expect(Math.abs(ntpMs - 2_208_988_800_000 - wallMs)).toBeLessThan(1);
    expect(report?.readUInt32BE(16)).toBe(client.packets[0]?.timestamp);
    await clock.advance(10_000);
    await until(() => expect(client.reports).toHaveLength(3));
  });

  it.each([
    ['without B-frames', [0, 1, 2, 3, 4]],
    ['with B-frames', [0, 3, 1, 2, 4]],
  ])('repeats the clip without a jump of the timestamps, %s', async (_, order) => {
    await start({ clips: { '/main': tinyClip(order) } });
    const client = await open();
    await client.play(url());
    await clock.advance(40 * FRAME_MS);
    await until(() => expect(client.packets.length).toBeGreaterThan(30));
    const first = client.packets[0]?.timestamp ?? 0;
    const whole = client.packets.slice(0, 30).map(({ timestamp }) => ((timestamp - first + 2 ** 32) % 2 ** 32) / FRAME_TICKS);
    expect(whole).toEqual(Array.from({ length: 30 }, (_unused, n) => n - (n % 5) + (order[n % 5] ?? 0)));
  });

  it('gives several clients of several mounts their own streams', async () => {
    await start({ clips: { '/main': tinyClip(), '/sub': tinyClip([0, 1], 5) } });
    const [a, b, sub] = [await open(), await open(), await open()];
    for (const [client, path] of [
      [a, '/main'],
      [b, '/main'],
      [sub, '/sub'],
    ] as const)
      await client.play(url(path));
    await clock.advance(10 * FRAME_MS);
    await until(() => expect(Math.min(...[a, b, sub].map(({ packets }) => packets.length))).toBeGreaterThan(4));
    expect(new Set([a, b, sub].map(({ packets }) => packets[0]?.source)).size).toBe(3);
    expect([a, b, sub].map(({ packets }) => packets[0]?.payload.length)).toEqual([21, 21, 6]);
    expect(server.clients).toBe(3);
  });

  it('drops a client that does not read, and only that one', async () => {
    await start({ clips: { '/main': tinyClip([0, 1], 1_000_000) }, maxUnsentBytes: 1_500_000 });
    const [slow, idle] = [await open(), await open()];
    await slow.play(url());
    slow.pause();
    await until(async () => {
      await clock.advance(FRAME_MS);
      expect(server.ended.get('slowReader')).toBe(1);
    });
    expect([server.clients, idle.closed]).toEqual([1, false]);
  });

  it('answers what it cannot do with the status that says why', async () => {
    await start({ login: null });
    const client = await open();
    const tcp = { Transport: 'RTP/AVP/TCP;unicast;interleaved=4-5' };
    expect((await client.request('DESCRIBE', url('/other'))).status).toBe(404);
    expect((await client.request('SETUP', url(), tcp)).status).toBe(404);
    expect((await client.request('SETUP', `${url()}/trackID=0`, { Transport: 'RTP/AVP;unicast;client_port=5000-5001' })).status).toBe(461);
    expect((await client.request('PLAY', url(), { Session: '1' })).status).toBe(454);
    expect((await client.request('RECORD', url())).status).toBe(501);
    const setUp = await client.request('SETUP', `${url()}/trackID=0`, tcp);
    expect(setUp.headers['transport']).toContain('interleaved=4-5');
    expect((await client.request('SETUP', `${url()}/trackID=0`, tcp)).status).toBe(455);
    expect((await client.request('PLAY', url(), { Session: 'wrong' })).status).toBe(454);
    expect((await client.request('GET_PARAMETER', url())).headers['session']).toBe(setUp.headers['session']);
    expect((await client.request('TEARDOWN', url(), { Session: setUp.headers['session'] ?? '' })).status).toBe(200);
    await until(() => expect(client.closed).toBe(true));
    expect(server.ended).toEqual(new Map([['teardown', 1]]));
  });

  it('pauses, and goes on with the next key frame', async () => {
    await start();
    const client = await open();
    const session = (await client.play(url())).headers['session'] ?? '';
    await clock.advance(6 * FRAME_MS);
    expect((await client.request('PAUSE', url(), { Session: session })).status).toBe(200);
    const before = client.packets.length;
    await clock.advance(10 * FRAME_MS);
    await client.request('PLAY', url(), { Session: session });
    expect(client.packets).toHaveLength(before);
    await clock.advance(5 * FRAME_MS);
    await until(() => expect(client.packets.length).toBeGreaterThan(before));
    expect(client.packets[before]?.payload.readUInt8(0)).toBe(0x65);
  });

  it('sends away who speaks no RTSP, and who says nothing for a minute', async () => {
    await start();
    const [noisy, silent] = [await open(), await open()];
    noisy.send('GET / HTTP/1.1\r\n\r\n');
    await until(() => expect(noisy.closed).toBe(true));
    await until(() => expect(server.clients).toBe(1));
    await clock.advance(60_000);
    await until(() => expect(silent.closed).toBe(true));
    expect(server.ended).toEqual(
      new Map([
        ['malformed', 1],
        ['idle', 1],
      ]),
    );
  });

  it('turns away more clients than it may have', async () => {
    await start({ maxConnections: 1 });
    await open();
    const second = await open();
    await until(() => expect(second.closed).toBe(true));
    expect(server.ended.get('tooMany')).toBe(1);
  });

  it('refuses and breaks connections while unplugged, and listens on the same port again', async () => {
    await start();
    const client = await open();
    await client.play(url());
    const { port } = server;
    await server.unplug();
    await until(() => expect(client.closed).toBe(true));
    await expect(RtspClient.open(port)).rejects.toThrow('ECONNREFUSED');
    await server.plug();
    await server.plug();
    expect(server.port).toBe(port);
    expect((await (await open()).play(url())).status).toBe(200);
  });

  it('says nothing while frozen, to old and to new clients, and goes on live afterwards', async () => {
    await start();
    const client = await open();
    await client.play(url());
    await clock.advance(5 * FRAME_MS);
    await until(() => expect(client.packets.length).toBeGreaterThan(0));
    server.freeze();
    const before = client.packets.length;
    const late = await open();
    late.send(`OPTIONS ${url()} RTSP/1.0\r\nCSeq: 1\r\n\r\n`);
    await clock.advance(20 * FRAME_MS);
    expect([client.packets.length, client.closed, late.replies.length, late.closed]).toEqual([before, false, 0, false]);
    server.thaw();
    await clock.advance(5 * FRAME_MS);
    await until(() => expect(late.replies).toHaveLength(1));
    await until(() => expect(client.packets.length).toBeGreaterThan(before));
  });

  it('refuses the right password while logins are rejected, without disturbing who plays', async () => {
    await start();
    const playing = await open();
    await playing.play(url());
    server.rejectLogins(true);
    const client = await open();
    await client.request('DESCRIBE', url());
    const refused = await client.request('DESCRIBE', url());
    expect(refused.status).toBe(401);
    expect(refused.headers['www-authenticate']).not.toContain('stale');
    await clock.advance(5 * FRAME_MS);
    await until(() => expect(playing.packets.length).toBeGreaterThan(0));
    server.rejectLogins(false);
    expect((await client.request('DESCRIBE', url())).status).toBe(200);
  });

  it('says which port is taken', async () => {
    await start();
    const second = new RtspServer({ ...options(), port: server.port });
    await expect(second.start()).rejects.toMatchObject({ code: 'RTSP_PORT_IN_USE', message: expect.stringContaining(String(server.port)) });
  });
});

async function start(changes: Partial<RtspServerOptions> = {}): Promise<void> {
  server = new RtspServer({ ...options(), ...changes });
  await server.start();
}

function options(): RtspServerOptions {
  const login = { realm: 'Cam', username: LOGIN.username, password: new Secret(LOGIN.password) };
  return { host: '127.0.0.1', port: 0, clips: { '/main': tinyClip() }, login, clock, logger: silentLogger };
}

async function open(login: typeof LOGIN = LOGIN): Promise<RtspClient> {
  const client = await RtspClient.open(server.port, login);
  clients.push(client);
  return client;
}

function url(path: string = '/main'): string {
  return `rtsp://127.0.0.1:${server.port}${path}`;
}
