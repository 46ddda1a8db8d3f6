import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { startTcpProxy, type TcpProxy } from '../helpers/tcp-proxy.ts';
import { waitFor } from '../helpers/wait-for.ts';

interface End {
  readonly socket: Socket;
  readonly received: () => Buffer;
  readonly chunks: readonly number[];
  readonly ended: () => boolean;
  /** The code of the error it died of. */
  readonly error: () => string | null;
}

interface Stage {
  readonly proxy: TcpProxy;
  readonly client: () => Promise<End>;
  /** What the server got, by connection. */
  readonly served: readonly End[];
}

const open: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

describe('the TCP proxy', () => {
  it('passes bytes and goodbyes both ways, and counts them', async () => {
    const { proxy, client, served } = await stage();
    const end = await client();
    end.socket.end('question');
    await waitFor('the server has it all', () => served[0]?.ended() === true);
    served[0]?.socket.end('the answer');
    await waitFor('the answer is there', () => end.ended());

    expect(served[0]?.received().toString()).toBe('question');
    expect(end.received().toString()).toBe('the answer');
    expect(proxy.passed).toEqual({ toServer: 8, toClient: 10 });
    await waitFor('the connection is forgotten', () => proxy.connections === 0);
    expect(proxy.accepted).toBe(1);
  });

  it('delays without narrowing: ten packets come as late as one', async () => {
    const { proxy, client, served } = await stage();
    const end = await client();
    proxy.set({ latencyMs: 150 });
    const begun = performance.now();
    for (let count = 0; count < 10; count += 1) end.socket.write('0123456789');
    await waitFor('all is there', () => served[0]?.received().length === 100);
    const tookMs = performance.now() - begun;

    expect(tookMs).toBeGreaterThanOrEqual(149);
    expect(tookMs).toBeLessThan(1000);
  });

  it('lets so many bytes a second pass, until it is told otherwise', async () => {
    const { proxy, client, served } = await stage();
    const end = await client();
    proxy.set({ bytesPerSecond: 1000 });
    const sent = pattern(40_000);
    const begun = performance.now();
    end.socket.write(sent);
    await waitFor('the first 500 are there', () => (served[0]?.received().length ?? 0) >= 500);
    const firstMs = performance.now() - begun;
    proxy.set({});
    await waitFor('the rest is there', () => served[0]?.received().length === sent.length);

    // The first portion of 50 passes at once.
    expect(firstMs).toBeGreaterThanOrEqual(445);
    expect(performance.now() - begun).toBeLessThan(10_000);
    expect(served[0]?.received().equals(sent)).toBe(true);
  });

  it('may narrow one way only', async () => {
    const { proxy, client, served } = await stage();
    const end = await client();
    proxy.set({ hold: true }, 'toClient');
    end.socket.write('ping');
    await waitFor('the server has it', () => served[0]?.received().length === 4);
    served[0]?.socket.write('pong');
    proxy.set({}, 'toServer');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(end.received().length).toBe(0);

    proxy.set({});
    await waitFor('the answer is there', () => end.received().toString() === 'pong');
  });

  it('holds what comes, also newcomers and goodbyes, and passes all of it afterwards', async () => {
    const { proxy, client, served } = await stage();
    const before = await client();
    await waitFor('the server has met it', () => served.length === 1);
    proxy.set({ hold: true });
    const after = await client();
    before.socket.write('held');
    after.socket.write('held, too');
    served[0]?.socket.end();
    await new Promise((resolve) => setTimeout(resolve, 100));

    expect(served.map((end) => end.received().length)).toEqual([0, 0]);
    expect(before.ended()).toBe(false);
    expect([before.socket.destroyed, after.socket.destroyed]).toEqual([false, false]);
    expect(proxy.connections).toBe(2);
    expect(proxy.passed).toEqual({ toServer: 0, toClient: 0 });
    proxy.set({});
    await waitFor('what was held is there', () => served[1]?.received().toString() === 'held, too' && served[0]?.received().toString() === 'held');
    await waitFor('the goodbye is there', () => before.ended());
  });

  it('does not say that a held server has died', async () => {
    const { proxy, client, served } = await stage();
    const end = await client();
    await waitFor('the server has met it', () => served.length === 1);
    proxy.set({ hold: true });
    served[0]?.socket.resetAndDestroy();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect([end.error(), end.socket.destroyed]).toEqual([null, false]);

    proxy.set({});
    await waitFor('it is told', () => end.error() === 'ECONNRESET');
  });

  it('reads no further than it may keep, while it holds', async () => {
    const { proxy, client, served } = await stage();
    const end = await client();
    proxy.set({ hold: true });
    const sent = pattern(32 * 1024 * 1024);
    end.socket.write(sent);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(end.socket.writableLength).toBeGreaterThan(0);

    proxy.set({});
    await waitFor('all is there', () => served[0]?.received().length === sent.length);
    expect(served[0]?.received().equals(sent)).toBe(true);
  });

  it('resets those that live and whoever comes, until it is lifted; cut() only those that live', async () => {
    const { proxy, client, served } = await stage();
    const first = await client();
    await waitFor('the server has met it', () => served.length === 1);
    proxy.set({ reset: true });
    await waitFor('both sides know', () => first.error() === 'ECONNRESET' && served[0]?.error() === 'ECONNRESET');
    const second = await client();
    await waitFor('the newcomer knows', () => second.error() === 'ECONNRESET');

    proxy.set({});
    const third = await client();
    third.socket.write('hello');
    await waitFor('the third is served', () => served.at(-1)?.received().toString() === 'hello');
    proxy.cut();
    await waitFor('the third knows', () => third.error() === 'ECONNRESET');
    const fourth = await client();
    fourth.socket.write('again');
    await waitFor('the fourth is served', () => served.at(-1)?.received().toString() === 'again');
  });

  it('slices: every byte its own packet', async () => {
    const { proxy, client, served } = await stage();
    const end = await client();
    await waitFor('the server has met it', () => served.length === 1);
    proxy.set({ sliceBytes: 1, latencyMs: 1, bytesPerSecond: 400 });
    const sent = pattern(40);
    end.socket.write(sent);
    await waitFor('all is there', () => served[0]?.received().length === 40);

    expect(served[0]?.received().equals(sent)).toBe(true);
    expect(served[0]?.chunks.length).toBeGreaterThan(20);
  });

  it('inverts every n-th byte of a connection, wherever the packets end', async () => {
    const { proxy, client, served } = await stage();
    const end = await client();
    proxy.set({ corruptEvery: 10, sliceBytes: 7 });
    const sent = pattern(100);
    end.socket.write(sent.subarray(0, 33));
    await waitFor('the first part is there', () => served[0]?.received().length === 33);
    end.socket.write(sent.subarray(33));
    await waitFor('all is there', () => served[0]?.received().length === 100);

    const received = served[0]?.received() ?? Buffer.alloc(0);
    const wrong = [...sent.keys()].filter((index) => sent[index] !== received[index]);
    expect(wrong).toEqual([9, 19, 29, 39, 49, 59, 69, 79, 89, 99]);
  });

  it('resets a client whose server is not there', async () => {
    const { server, client } = await stage();
    server.close();
    const end = await client();
    await waitFor('it knows', () => end.error() === 'ECONNRESET');
  });

  it('leaves nothing when it is closed, even while it holds', async () => {
    const { proxy, client, served } = await stage();
    const end = await client();
    await waitFor('the server has met it', () => served.length === 1);
    proxy.set({ hold: true });
    end.socket.write('lost');
    await Promise.all([proxy.close(), proxy.close()]);

    expect(proxy.connections).toBe(0);
    await waitFor('both sides know', () => end.socket.destroyed && served[0]?.socket.destroyed === true);
    const late = await client();
    await waitFor('nobody listens', () => late.error() === 'ECONNREFUSED');
  });
});

async function stage(): Promise<Stage & { readonly server: Server }> {
  const served: End[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => served.push(endOf(socket)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy = await startTcpProxy((server.address() as AddressInfo).port);
  const clients: Socket[] = [];
  open.push(async () => {
    for (const socket of [...clients, ...served.map((end) => end.socket)]) socket.destroy();
    server.close();
    await proxy.close();
  });
  const client = async () => {
    const socket = connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true });
    clients.push(socket);
    const end = endOf(socket);
    await Promise.race([new Promise((resolve) => socket.once('connect', resolve)), new Promise((resolve) => socket.once('close', resolve))]);
    return end;
  };
  return { server, proxy, client, served };
}

function endOf(socket: Socket): End {
  const parts: Buffer[] = [];
  const chunks: number[] = [];
  let isEnded = false;
  let code: string | null = null;
  socket.on('data', (bytes: Buffer) => {
    parts.push(bytes);
    chunks.push(bytes.length);
  });
  socket.on('end', () => {
    isEnded = true;
  });
  socket.on('error', (error: NodeJS.ErrnoException) => {
    code = error.code ?? error.message;
  });
  return { socket, chunks, received: () => Buffer.concat(parts), ended: () => isEnded, error: () => code };
}

function pattern(bytes: number): Buffer {
  return Buffer.from(Array.from({ length: bytes }, (_, index) => (index * 31 + (index >> 8)) & 0xff));
}
