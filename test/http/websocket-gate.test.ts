import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Access } from '../../src/http/access.ts';
import { WebsocketGate } from '../../src/http/websocket-gate.ts';
import { silentLogger } from '../../src/util/logger.ts';
import { httpConfig, labelEvent, type Stage, startStage, type TestClient } from '../helpers/http-stage.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';

let stage: Stage;
let clock: VirtualClock;

beforeEach(async () => {
  clock = new VirtualClock();
  stage = await startStage({ clock });
});

afterEach(() => stage.close());

function happen(sequence: number, over: Parameters<typeof labelEvent>[1] = {}): void {
  const event = labelEvent(sequence, over);
  stage.view.history.events.push(event);
  stage.feed.event(event);
}

async function untilDropped(): Promise<void> {
  while (stage.drops.length === 0) await new Promise((resolve) => setImmediate(resolve));
}

describe('WebsocketGate', () => {
  it('leaves no timer behind', async () => {
    const own = new VirtualClock();
    const access = new Access(httpConfig('/nonexistent'), null, own);
    const observer = { websocketClients: () => {}, websocketDropped: () => {} };
    const gate = new WebsocketGate({ access, feed: stage.feed, live: null, view: stage.view, clock: own, observer, logger: silentLogger });
    gate.start();
    expect(own.pendingTimers).toBe(1);
    await gate.close();
    await gate.close();
    expect(own.pendingTimers).toBe(0);
  });

  it('resumes by sequence over a real socket', async () => {
    for (let sequence = 1; sequence <= 450; sequence++) happen(sequence);
    const client = await stage.connect('/ws?after=100');
    happen(451);
    await client.until(() => client.sequences().at(-1) === 451);
    expect(client.sequences()).toEqual(Array.from({ length: 351 }, (_, index) => 101 + index));
    expect(client.messages[0]).toMatchObject({ type: 'hello', sequence: 450, storeId: 'store-1' });
  });

  it('passes pictures and verdicts to those who watch', async () => {
    const [watching, other] = [await stage.connect(), await stage.connect()];
    watching.socket.send('{"type":"watch","tiles":["yard"],"classifications":["yard"]}');
    while (!stage.feed.wantsTiles('yard')) await new Promise((resolve) => setImmediate(resolve));
    stage.feed.tile('yard', 12, async () => Uint8Array.of(0xff, 0xd8));
    await watching.until(() => watching.tiles.length > 0);
    expect([...(watching.tiles[0] ?? [])]).toEqual([1, 4, ...Buffer.from('yard'), 0, 0, 0, 0, 0, 0, 0, 12, 0xff, 0xd8]);
    stage.feed.stats({});
    await other.until(() => other.of('stats').length > 0);
    expect(other.tiles).toEqual([]);
  });

  it('lists who is there, in the order in which they came, and only to who is logged in', async () => {
    const ids = Array.from({ length: 20 }, (_, index) => `cam${index}`);
    const first = await stage.connect();
    await clock.advance(5_000);
    const second = await stage.connect();
    first.socket.send(JSON.stringify({ type: 'watch', tiles: ids, classifications: ['cam0', 'yard'] }));
    while (!stage.feed.wantsTiles('cam19')) await new Promise((resolve) => setImmediate(resolve));
    const common = { kind: 'feed', address: '127.0.0.1', waitingBytes: 0, dropped: 0 };
    const since = (ms: number) => new Date(ms).toISOString();
    expect(await (await stage.get('/api/clients')).json()).toEqual({
      clients: [
        { ...common, since: since(clock.wallMs() - 5_000), cameras: ids.slice(0, 16), cameraCount: 21 },
        { ...common, since: since(clock.wallMs()), cameras: [], cameraCount: 0 },
      ],
    });
    expect((await stage.get('/api/clients', { headers: {} })).status).toBe(401);
    second.socket.close();
    while (stage.clients.at(-1) !== 1) await new Promise((resolve) => setImmediate(resolve));
    expect(await (await stage.get('/api/clients')).json()).toMatchObject({ clients: [{ cameraCount: 21 }] });
  });

  it('names the client that a trusted proxy names', async () => {
    const own = await startStage({ config: { trustProxy: true } });
    try {
      await own.connect('/ws', { Authorization: `Bearer ${own.token}`, 'X-Forwarded-For': '203.0.113.9, 2001:db8::7' });
      expect(await (await own.get('/api/clients')).json()).toMatchObject({ clients: [{ address: '2001:db8::7' }] });
    } finally {
      await own.close();
    }
  });

  it.each([
    ['/ws?after=-1', '400'],
    ['/ws?after=x', '400'],
    ['/ws?after=', '400'],
    ['/ws/live/yard', '404'],
    ['/', '404'],
    ['/ws/', '404'],
  ])('answers %s with %s', async (target, status) => {
    await expect(stage.connect(target)).rejects.toThrow(status);
  });

  it('lets in to full motion by the same checks, and tells the seat when the socket is gone', async () => {
    const told: string[] = [];
    const live = {
      knows: (id: string) => id === 'yard',
      join(id: string, wish: { codecs: ReadonlySet<string>; mode: string }, socket: { send(message: string): void }) {
        told.push(`${id} ${[...wish.codecs].join('+')} ${wish.mode}`);
        socket.send('{"type":"hello"}');
        return { skipped: 7, leave: () => void told.push('left') };
      },
    };
    const own = await startStage({ live });
    try {
      for (const [path, status] of [
        ['/ws/live/other', '404'],
        ['/ws/live/yard/x', '404'],
        ['/ws/live/', '404'],
        ['/ws/live/yard?mode=x', '400'],
        ['/ws/live/yard?after=1', '400'],
      ] as const)
        await expect(own.connect(path)).rejects.toThrow(status);
      await expect(own.connect('/ws/live/yard', {})).rejects.toThrow('401');
      await expect(own.connect('/ws/live/yard', { Authorization: `Bearer ${own.token}`, Origin: 'http://evil.example' })).rejects.toThrow('403');
      expect(told).toEqual([]);
      const client = await own.connect('/ws/live/yard?codecs=avc1,hvc1');
      expect(own.clients).toEqual([1]);
      expect(await (await own.get('/api/clients')).json()).toMatchObject({
        clients: [{ kind: 'live', cameras: ['yard'], cameraCount: 1, dropped: 7 }],
      });
      client.socket.terminate();
      while (told.length < 2) await new Promise((resolve) => setImmediate(resolve));
      expect(told).toEqual(['yard avc1+hvc1 auto', 'left']);
    } finally {
      await own.close();
    }
  });

  it('drops a client that never reads, and others do not notice', async () => {
    const reader = await stage.connect();
    const stuck = connect(stage.server.port, '127.0.0.1');
    stuck.on('error', () => {});
    const head = ['GET /ws HTTP/1.1', 'Host: localhost', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'];
    stuck.write(`${[...head, 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==', `Authorization: Bearer ${stage.token}`].join('\r\n')}\r\n\r\n`);
    stuck.pause();
    while (stage.feed.listeners < 2) await new Promise((resolve) => setImmediate(resolve));
    const rule = 'r'.repeat(100_000);
    let sequence = 0;
    while (stage.drops.length === 0) {
      happen(++sequence, { rule });
      await reader.until(() => reader.sequences().at(-1) === sequence);
      expect(sequence).toBeLessThan(300);
    }
    expect(stage.drops).toEqual(['slow']);
    expect(reader.sequences().length).toBe(sequence);
    expect(stage.feed.listeners).toBe(1);
    stuck.destroy();
  });

  it('drops one that answers no ping', async () => {
    const [alive, dead] = [await stage.connect(), await stage.connect()];
    dead.socket.pong = () => {};
    const pinged = () => new Promise((resolve) => alive.socket.once('ping', resolve));
    const first = pinged();
    await clock.advance(15_000);
    await first;
    // The pong is on its way: another exchange behind it shows that it has arrived.
    alive.socket.send('{"type":"watch","tiles":["yard"]}');
    while (!stage.feed.wantsTiles('yard')) await new Promise((resolve) => setImmediate(resolve));
    dead.socket.removeAllListeners('ping');
    await clock.advance(15_000);
    await dead.closed;
    expect(stage.drops).toEqual(['unresponsive']);
    expect(alive.socket.readyState).toBe(alive.socket.OPEN);
  });

  it('ends those that send too much or garbage', async () => {
    const [large, garbage, binary] = [await stage.connect(), await stage.connect(), await stage.connect()];
    large.socket.send('x'.repeat(20_000));
    garbage.socket.send('garbage');
    binary.socket.send(Buffer.from('{"type":"watch"}'));
    expect(await large.closed).toBe(1009);
    expect(await garbage.closed).toBe(1008);
    expect(await binary.closed).toBe(1008);
    expect(stage.drops).toEqual(['protocol', 'protocol', 'protocol']);
  });

  it('takes sixteen an address and counts who comes and goes', async () => {
    const clients: TestClient[] = [];
    for (let i = 0; i < 16; i++) clients.push(await stage.connect());
    await expect(stage.connect()).rejects.toThrow('429');
    await untilDropped();
    expect(stage.drops).toEqual(['limit']);
    expect(stage.clients.at(-1)).toBe(16);
    clients[0]?.socket.close();
    while (stage.clients.at(-1) !== 15) await new Promise((resolve) => setImmediate(resolve));
    await stage.connect();
    expect(stage.clients.at(-1)).toBe(16);
  });
});
