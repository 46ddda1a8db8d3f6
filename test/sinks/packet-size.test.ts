import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { MqttSession, type OutgoingMessage } from '../../src/sinks/mqtt-session.ts';
import { publishBytes } from '../../src/sinks/packet-size.ts';
import { waitFor } from '../helpers/wait-for.ts';

const ACCEPTED = Buffer.from([0x20, 3, 0, 0, 0]);

const user = { schema: '1', sequence: '4711', größe: 'groß', replayed: 'true' };
const MESSAGES: readonly OutgoingMessage[] = [
  { topic: 'a', payload: '', qos: 0, retain: false },
  { topic: 'a/ü', payload: 'é', qos: 1, retain: true },
  { topic: 'a', payload: 'x', qos: 0, retain: false, properties: { contentType: 'application/json', expirySeconds: 4, user } },
  { topic: 'a', payload: 'x', qos: 0, retain: false, properties: { user: { long: 'y'.repeat(200) } } },
  // Where one more byte tells the length.
  ...[122, 123, 124, 16_376, 16_377, 16_378, 16_379, 2_097_140, 2_097_150].map(
    (bytes): OutgoingMessage => ({ topic: 'a', payload: Buffer.alloc(bytes), qos: 0, retain: false }),
  ),
];

it('knows to the byte how large a packet is on the wire', async () => {
  let received = 0;
  const server = createServer((socket) => {
    socket
      .on('error', () => {})
      .once('data', () => {
        socket.write(ACCEPTED);
        socket.on('data', (bytes) => {
          received += bytes.length;
        });
      });
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  let isUp = false;
  const session = MqttSession.open(
    {
      ...{ url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`, clientId: 'test', username: null, password: null, protocolVersion: 5 },
      ...{ ca: null, cert: null, key: null, keepaliveSeconds: 600, will: { topic: 'w', payload: '' } },
    },
    {
      up: () => {
        isUp = true;
      },
      message: () => {},
      down: () => {},
    },
  );
  onTestFinished(() => session.end(0));
  await waitFor('the session is up', () => isUp);
  for (const message of MESSAGES) {
    const before = received;
    void session.publish(message);
    const expected = publishBytes(message);
    await waitFor('the packet arrives', () => received - before >= expected);
    // What the next one begins with would show a byte too many.
    expect(received - before).toBe(expected);
  }
});
