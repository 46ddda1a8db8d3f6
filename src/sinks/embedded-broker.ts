import type { EventEmitter } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { Aedes } from 'aedes';
import { FramewatchError, messageOf } from '../util/errors.ts';
import { type Logger, silentLogger } from '../util/logger.ts';

export interface EmbeddedBrokerOptions {
  /** 0: any free one. */
  readonly port: number;
  readonly logger?: Logger;
}

/**
 * The built-in MQTT broker: a real one on a TCP port of this machine (127.0.0.1 only: it asks nobody for a password). It speaks
 * MQTT 3.1.1, not 5, and keeps retained messages in memory only: good for a demo and a try, no replacement for mosquitto.
 */
export class EmbeddedBroker {
  readonly #broker: Aedes;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #closing: Promise<void> | null = null;

  private constructor(broker: Aedes, logger: Logger) {
    this.#broker = broker;
    // Without a listener an error of either would end the daemon; a client that cannot be served now comes again.
    const told = (error: unknown) => logger.warn({ error: messageOf(error) }, 'The embedded MQTT broker had an error and goes on');
    (broker as EventEmitter).on('error', told);
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      broker.handle(socket);
    });
    this.#server.on('error', told);
  }

  /** Throws FramewatchError BROKER_PORT_IN_USE. */
  static async open({ port, logger = silentLogger }: EmbeddedBrokerOptions): Promise<EmbeddedBroker> {
    const opened = new EmbeddedBroker(await Aedes.createBroker(), logger);
    try {
      await opened.#listen(port);
    } catch (error) {
      await opened.close();
      throw new FramewatchError(
        'BROKER_PORT_IN_USE',
        `The embedded MQTT broker cannot listen on 127.0.0.1:${port} (${messageOf(error)}). Set mqtt.embeddedPort to a free port, or to 0 for any.`,
        { cause: error },
      );
    }
    return opened;
  }

  /** `mqtt://127.0.0.1:PORT`; clients that use it must speak MQTT 3.1.1. */
  get url(): string {
    return `mqtt://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Cuts every client off. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  #listen(port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
  }

  async #close(): Promise<void> {
    const serverClosed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#broker.close(() => resolve()));
    await serverClosed;
  }
}
