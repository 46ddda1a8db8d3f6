import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { VerdictFeed } from '../../src/bench/verdict-feed.ts';
import { ledgerOf } from './samples.ts';

let server: WebSocketServer;
let feed: VerdictFeed;
let client: WebSocket;
const heard: unknown[] = [];

beforeEach(async () => {
  heard.length = 0;
  server = new WebSocketServer({ host: '127.0.0.1', port: 0, path: '/ws' });
  await once(server, 'listening');
  server.on('connection', (socket) => {
    client = socket;
    socket.on('message', (bytes: Buffer) => heard.push(JSON.parse(bytes.toString())));
  });
  feed = new VerdictFeed(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});

afterEach(async () => {
  await feed.close();
  server.close();
});

it('follows the verdicts of its cameras, and counts from its restart on', async () => {
  await feed.open();
  feed.watch(['a', 'b']);
  await vi.waitFor(() => expect(heard).toEqual([{ type: 'watch', tiles: [], classifications: ['a', 'b'] }]));
  const tell = (message: object) => client.send(JSON.stringify(message));
  tell({ type: 'classification', camera: 'a', latencyMs: ledgerOf(100) });
  await vi.waitFor(() => expect(feed.ledgers()).toHaveLength(1));
  feed.restart();
  tell({ type: 'stats', latencyMs: { p50: 1 } });
  client.send(Buffer.from([1, 2, 3]));
  tell({ type: 'classification', camera: 'b', latencyMs: ledgerOf(200) });
  await vi.waitFor(() => expect(feed.ledgers()).toEqual([ledgerOf(200)]));
});

it('does not take a broken connection for silence', async () => {
  await feed.open();
  client.terminate();
  await vi.waitFor(() => expect(() => feed.ledgers()).toThrow('closed its feed'));
});

it('says that it cannot be opened', async () => {
  server.close();
  await once(server, 'close');
  await expect(feed.open()).rejects.toMatchObject({ code: 'INTERNAL' });
});
