import { once } from 'node:events';
import { connect, Server } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { EmbeddedBroker } from '../../src/sinks/embedded-broker.ts';
import { recordingLogger } from '../helpers/recording-logger.ts';

describe('EmbeddedBroker', () => {
  it('says that its port is in use', async () => {
    const first = await open();
    await expect(EmbeddedBroker.open({ port: portOf(first) })).rejects.toMatchObject({ code: 'BROKER_PORT_IN_USE' });
  });

  it('goes on when a client cannot be accepted, and logs it', async () => {
    const listen = vi.spyOn(Server.prototype, 'listen');
    onTestFinished(() => listen.mockRestore());
    const logger = recordingLogger();
    const broker = await open(logger);
    const server = listen.mock.contexts[0] as Server;
    expect(server.emit('error', new Error('accept EMFILE'))).toBe(true);
    expect(logger.lines).toMatchObject([{ level: 'warn', fields: { error: 'accept EMFILE' } }]);
    const socket = connect(portOf(broker), '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    await once(socket, 'connect');
  });

  it('closes twice, and cuts off who is connected', async () => {
    const broker = await open();
    const socket = connect(portOf(broker), '127.0.0.1');
    await once(socket, 'connect');
    const cut = once(socket, 'close');
    await broker.close();
    await broker.close();
    await cut;
  });
});

async function open(logger = recordingLogger()): Promise<EmbeddedBroker> {
  const broker = await EmbeddedBroker.open({ port: 0, logger });
  onTestFinished(() => broker.close());
  return broker;
}

function portOf(broker: EmbeddedBroker): number {
  return Number(new URL(broker.url).port);
}
