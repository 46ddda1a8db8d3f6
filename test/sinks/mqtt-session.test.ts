import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { SubscribeOutcome } from '../../src/sinks/mqtt-answer.ts';
import { type BrokerAddress, MqttSession } from '../../src/sinks/mqtt-session.ts';
import type { ConnectionLoss } from '../../src/sinks/reconnect-policy.ts';
import { waitFor } from '../helpers/wait-for.ts';

/** MQTT 5: type, length, flags, reason code, length of the properties. */
const NOT_AUTHORIZED = Buffer.from([0x20, 3, 0, 0x87, 0]);
const SERVER_BUSY = Buffer.from([0x20, 3, 0, 0x89, 0]);

describe('MqttSession', () => {
  it('is over at once when the broker refuses and keeps the connection open', async () => {
    expect(await lossAfter((socket) => socket.write(NOT_AUTHORIZED))).toMatchObject({ loss: 'refused' });
    expect(await lossAfter((socket) => socket.write(SERVER_BUSY))).toMatchObject({ loss: 'unreachable' });
  });

  it('is over at once when what answers is no broker and keeps the connection open', async () => {
    const { loss, reason } = await lossAfter((socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'));
    expect(loss).toBe('unreachable');
    expect(reason).not.toBe('');
  });

  it('tells what the broker answered to a subscription, in both versions of the protocol', async () => {
    const suback = (socket: Socket, id: Buffer, ...rest: number[]) => socket.write(Buffer.from([0x90, 2 + rest.length, ...id, ...rest]));
    expect(await outcomeAfter((socket, id) => suback(socket, id, 0, 1))).toEqual({ kind: 'subscribed' });
    expect(await outcomeAfter((socket, id) => suback(socket, id, 0, 0x87))).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('(135)'),
    });
    expect(await outcomeAfter((socket, id) => suback(socket, id, 0x80), 4)).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('(128)'),
    });
    expect(await outcomeAfter((socket) => socket.destroy())).toEqual({ kind: 'lost' });
  });

  it('does not send what the broker has said to be too large: it would end the session, again and again', async () => {
    // Maximum Packet Size (39): 60 bytes.
    const sent: Buffer[] = [];
    const server = createServer((socket) => {
      socket
        .on('error', () => {})
        .on('data', (bytes: Buffer) => {
          if (bytes[0] === 0x10) socket.write(Buffer.from([0x20, 8, 0, 0, 5, 39, 0, 0, 0, 60]));
          else sent.push(bytes);
          if (bytes[0] === 0x32) socket.write(Buffer.from([0x40, 2, ...bytes.subarray(7, 9)]));
        });
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const ups: number[] = [];
    const session = MqttSession.open(addressOf((server.address() as AddressInfo).port), {
      up: (most) => void ups.push(most),
      message: () => {},
      down: () => {},
    });
    onTestFinished(() => session.end(0));
    await waitFor('the session is up', () => ups.length > 0);
    const publish = (bytes: number) => session.publish({ topic: 'a/b', payload: Buffer.alloc(bytes), qos: 1, retain: false });
    // Two for the begin of the packet, five for the topic, two for its id, one for no properties.
    expect(await publish(51)).toMatchObject({ kind: 'refused', reason: 'it takes 61 bytes, and the broker no more than 60' });
    expect(sent).toEqual([]);
    expect(await publish(50)).toEqual({ kind: 'acknowledged' });
    expect(sent[0]).toHaveLength(60);
  });

  it('is over at once when nobody listens', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    expect(await lossOf(port)).toMatchObject({ loss: 'unreachable', reason: expect.stringContaining('ECONNREFUSED') });
  });
});

/** What a session is told that subscribes to `a/b` at a server that accepts the login and answers so. */
async function outcomeAfter(answer: (socket: Socket, messageId: Buffer) => void, protocolVersion: 4 | 5 = 5): Promise<SubscribeOutcome> {
  const server = createServer((socket) => {
    socket
      .on('error', () => {})
      .on('data', (bytes: Buffer) => {
        if (bytes[0] === 0x10) socket.write(protocolVersion === 5 ? Buffer.from([0x20, 3, 0, 0, 0]) : Buffer.from([0x20, 2, 0, 0]));
        if (bytes[0] === 0x82) answer(socket, bytes.subarray(2, 4));
      });
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const ups: number[] = [];
  const up = (receiveMaximum: number) => void ups.push(receiveMaximum);
  const address = { ...addressOf((server.address() as AddressInfo).port), protocolVersion };
  const session = MqttSession.open(address, { up, message: () => {}, down: () => {} });
  onTestFinished(() => session.end(0));
  await waitFor('the session is up', () => ups.length > 0);
  return session.subscribe({ filter: 'a/b', wantsRetained: false });
}

/** What a session ends with, at a server that answers the first bytes so and never closes. */
async function lossAfter(answer: (socket: Socket) => void) {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {}).once('data', () => answer(socket));
  }).listen(0, '127.0.0.1');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await once(server, 'listening');
  return lossOf((server.address() as AddressInfo).port);
}

async function lossOf(port: number): Promise<{ readonly loss: ConnectionLoss; readonly reason: string }> {
  const losses: { loss: ConnectionLoss; reason: string }[] = [];
  const session = MqttSession.open(addressOf(port), { up: () => {}, message: () => {}, down: (loss, reason) => losses.push({ loss, reason }) });
  onTestFinished(() => session.end(0));
  await waitFor('the session is over', () => losses.length > 0, 2_000);
  expect(losses).toHaveLength(1);
  return losses[0] ?? { loss: 'unreachable', reason: '' };
}

function addressOf(port: number): BrokerAddress {
  return {
    url: `mqtt://127.0.0.1:${port}`,
    clientId: 'test',
    username: null,
    password: null,
    protocolVersion: 5,
    ...{ ca: null, cert: null, key: null },
    keepaliveSeconds: 15,
    will: { topic: 'framewatch/status', payload: 'offline' },
  };
}
