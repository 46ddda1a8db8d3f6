import { createServer, type Server, type Socket } from 'node:net';
import type { Clock } from '../util/clock.ts';
import { FramewatchError, messageOf } from '../util/errors.ts';
import type { Closable } from '../util/lifecycle.ts';
import type { Logger } from '../util/logger.ts';
import type { Secret } from '../util/secret.ts';
import { DigestGuard } from './digest-auth.ts';
import { type RtspCloseReason, RtspConnection } from './rtsp-connection.ts';
import { type DemoClip, RtspMount } from './rtsp-mount.ts';

export interface RtspServerOptions {
  readonly host: string;
  /** 0: any free one; `port` tells which. */
  readonly port: number;
  /** Clips by the path of their URL, with a slash in front: `/main`. */
  readonly clips: Readonly<Record<string, DemoClip>>;
  /** null: everybody may watch. */
  readonly login: { readonly realm: string; readonly username: string; readonly password: Secret } | null;
  readonly clock: Clock;
  readonly logger: Logger;
  /** A client that leaves more bytes than this unread is dropped. Default 1 MiB. */
  readonly maxUnsentBytes?: number;
  /** More clients than this are turned away. Default 64. */
  readonly maxConnections?: number;
}

/**
 * A small RTSP 1.0 server (RFC 2326) for H.264 over TCP, with digest authentication: what an IP camera serves, and the faults that
 * IP cameras have, to be switched on from outside.
 */
export class RtspServer implements Closable {
  readonly #options: RtspServerOptions;
  readonly #connections = new Set<RtspConnection>();
  readonly #ended = new Map<RtspCloseReason | 'tooMany', number>();
  #mounts: ReadonlyMap<string, RtspMount> = new Map();
  #server: Server | undefined;
  #port = 0;
  #frozen = false;
  #rejectsLogins = false;

  constructor(options: RtspServerOptions) {
    this.#options = options;
  }

  /** Errors: RTSP_PORT_IN_USE; INTERNAL when the address cannot be used at all. */
  async start(): Promise<void> {
    const { clips, clock, port } = this.#options;
    this.#mounts = new Map(Object.entries(clips).map(([path, clip]) => [path, new RtspMount(clip, clock)]));
    await this.#listen(port);
  }

  /** The port it listens on; kept while it is unplugged. 0 before `start()`. */
  get port(): number {
    return this.#port;
  }

  get clients(): number {
    return this.#connections.size;
  }

  /** How many connections ended so far, by reason. */
  get ended(): ReadonlyMap<RtspCloseReason | 'tooMany', number> {
    return this.#ended;
  }

  /** As when the cable is drawn and the host still answers: connections break, new ones are refused. */
  async unplug(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    for (const connection of [...this.#connections]) connection.close('serverClosed');
    if (server) await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  /** Listens again, on the same port. Errors: as `start()`. */
  async plug(): Promise<void> {
    if (!this.#server) await this.#listen(this.#port);
  }

  /** As when the camera's program hangs: connections stay open, and new ones are taken, but nothing is said. */
  freeze(): void {
    this.#frozen = true;
    for (const connection of this.#connections) connection.freeze();
  }

  thaw(): void {
    this.#frozen = false;
    for (const connection of this.#connections) connection.thaw();
  }

  /** As after somebody changed the camera's password. Who plays already goes on. */
  rejectLogins(rejects: boolean): void {
    this.#rejectsLogins = rejects;
  }

  close(): Promise<void> {
    return this.unplug();
  }

  async #listen(port: number): Promise<void> {
    const { host } = this.#options;
    const server = createServer((socket) => this.#accept(socket));
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error) => reject(listenError(error, host, port)));
      server.listen(port, host, resolve);
    });
    server.on('error', (error) => this.#options.logger.warn({ error: error.message }, 'the RTSP server could not take a connection'));
    const address = server.address();
    if (address !== null && typeof address === 'object') this.#port = address.port;
    this.#server = server;
  }

  #accept(socket: Socket): void {
    const { login, clock, logger, maxUnsentBytes = 1_048_576, maxConnections = 64 } = this.#options;
    if (this.#connections.size >= maxConnections) {
      this.#count('tooMany');
      socket.destroy();
      return;
    }
    const connection = new RtspConnection({
      socket,
      mounts: this.#mounts,
      guard: login && new DigestGuard(login, clock),
      rejectsLogins: () => this.#rejectsLogins,
      maxUnsentBytes,
      clock,
      logger,
      onClosed: (reason) => {
        this.#connections.delete(connection);
        this.#count(reason);
        if (reason === 'slowReader') logger.warn({ maxUnsentBytes }, 'dropped an RTSP client that does not read');
      },
    });
    this.#connections.add(connection);
    connection.start();
    if (this.#frozen) connection.freeze();
  }

  #count(reason: RtspCloseReason | 'tooMany'): void {
    this.#ended.set(reason, (this.#ended.get(reason) ?? 0) + 1);
  }
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): FramewatchError {
  if (error.code === 'EADDRINUSE') {
    return new FramewatchError('RTSP_PORT_IN_USE', `RTSP port ${port} on ${host} is taken by another program; stop that one or choose another port`, {
      cause: error,
    });
  }
  return new FramewatchError('INTERNAL', `the RTSP server cannot listen on ${host}:${port}: ${messageOf(error)}`, { cause: error });
}
