import { readFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import path from 'node:path';
import { getRequestListener } from '@hono/node-server';
import type { HttpConfig } from '../config/config.ts';
import type { LiveDoor } from '../live/live-cameras.ts';
import type { Clock } from '../util/clock.ts';
import { builtEntryPoint } from '../util/entry-point.ts';
import { FramewatchError, messageOf } from '../util/errors.ts';
import type { Logger } from '../util/logger.ts';
import type { Redactor } from '../util/redactor.ts';
import type { Secret } from '../util/secret.ts';
import { Access } from './access.ts';
import { loadOrCreateToken } from './access-token.ts';
import { createApi } from './api.ts';
import { isLoopbackHost } from './client-address.ts';
import type { Feed } from './feed.ts';
import type { HttpObserver, MonitorView } from './monitor-view.ts';
import { loadStaticFiles } from './static-files.ts';
import { WebsocketGate } from './websocket-gate.ts';

const LIMITS: ServerOptions & { readonly connectionsCheckingInterval: number } = {
  maxHeaderSize: 8 * 1024,
  requestTimeout: 10_000,
  headersTimeout: 10_000,
  connectionsCheckingInterval: 2_000,
  keepAliveTimeout: 5_000,
};
/** A response that nobody reads. */
const IDLE_SOCKET_MS = 30_000;
/** WebSockets have their own, lower limits. */
const MOST_CONNECTIONS = 1024;

export interface HttpServerParts {
  readonly config: HttpConfig;
  readonly view: MonitorView;
  readonly feed: Feed;
  /** Full motion; null: there is none. */
  readonly live: LiveDoor | null;
  readonly clock: Clock;
  readonly observer: HttpObserver;
  readonly logger: Logger;
  /** Learns the access token before anything can print it. */
  readonly redactor: Redactor;
  /** The built dashboard; by default the one beside this program. */
  readonly dashboardFolder?: string;
}

/** API, WebSocket feed and dashboard on one port. */
export class HttpServer {
  readonly #parts: HttpServerParts;
  #server: Server | undefined;
  #gate: WebsocketGate | undefined;

  constructor(parts: HttpServerParts) {
    this.#parts = parts;
  }

  /**
   * Resolves when it listens. Throws HTTP_INSECURE (no authentication on a public address, unusable token), SECRET_UNREADABLE (token,
   * certificate or key), HTTP_PORT_IN_USE, HTTP_ADDRESS_UNAVAILABLE.
   */
  async start(): Promise<void> {
    const { config, view, feed, live, clock, observer, logger } = this.#parts;
    const access = new Access(config, await this.#token(), clock);
    const files = await loadStaticFiles(this.#parts.dashboardFolder ?? path.dirname(builtEntryPoint(import.meta.url, '../dashboard/index')));
    const gate = new WebsocketGate({ access, feed, live, view, clock, observer, logger });
    const api = createApi({ view, access, files, clock, clients: () => gate.clients(), logger, onLogout: (session) => gate.endSession(session) });
    const listener = getRequestListener(api.fetch, { overrideGlobalObjects: false });
    const server = await this.#create((request, response) => void listener(request, response));
    server.maxConnections = MOST_CONNECTIONS;
    server.setTimeout(IDLE_SOCKET_MS);
    server.on('upgrade', (request, socket, head) => gate.upgrade(request, socket, head));
    await listen(server, config);
    // An accept that fails, for want of descriptors say, must not end the daemon.
    server.on('error', (error) => logger.error({ err: error }, 'the HTTP server had an error'));
    gate.start();
    this.#server = server;
    this.#gate = gate;
    logger.info({ url: this.url, auth: config.auth.mode }, `dashboard and API at ${this.url}`);
  }

  /** The port that is bound: with port 0 the one the system chose. 0 before `start`. */
  get port(): number {
    const address = this.#server?.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** As a browser on this machine would open it. */
  get url(): string {
    const { host, tls } = this.#parts.config;
    const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
    return `${tls.cert === null ? 'http' : 'https'}://${name}:${this.port}`;
  }

  /** Ends every connection within about half a second. Idempotent. */
  async close(): Promise<void> {
    const server = this.#server;
    if (!server) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    await this.#gate?.close();
    server.closeAllConnections();
    await closed;
  }

  async #token(): Promise<Secret | null> {
    const { config, logger, redactor } = this.#parts;
    if (config.auth.mode === 'none') {
      if (isLoopbackHost(config.host)) return null;
      throw new FramewatchError(
        'HTTP_INSECURE',
        `http.auth.mode is none, but http.host ${config.host} can be reached from other machines; set the mode to token, or the host to 127.0.0.1`,
      );
    }
    const { token, created } = await loadOrCreateToken(config.auth.tokenFile);
    redactor.add(token.reveal());
    if (created) logger.info({ file: config.auth.tokenFile }, `a new access token for dashboard and API lies in ${config.auth.tokenFile}`);
    return token;
  }

  async #create(listener: RequestListener): Promise<Server> {
    const { cert, key } = this.#parts.config.tls;
    if (cert === null && key === null) return createServer(LIMITS, listener);
    if (cert === null || key === null) {
      throw new FramewatchError('CONFIG_INVALID', 'http.tls needs both cert and key');
    }
    try {
      return createTlsServer({ ...LIMITS, cert: await readFile(cert), key: await readFile(key) }, listener);
    } catch (error) {
      throw new FramewatchError(
        'SECRET_UNREADABLE',
        `http.tls: ${cert} and ${key} are no certificate and key that can be used: ${messageOf(error)}`,
        {
          cause: error,
        },
      );
    }
  }
}

function listen(server: Server, { host, port }: HttpConfig): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException) => reject(bindError(error, host, port));
    server.once('error', failed);
    server.listen(port, host, () => {
      server.off('error', failed);
      resolve();
    });
  });
}

function bindError(error: NodeJS.ErrnoException, host: string, port: number): FramewatchError {
  const options = { cause: error };
  if (error.code === 'EADDRINUSE') {
    return new FramewatchError('HTTP_PORT_IN_USE', `port ${port} of ${host} is taken by another program; set http.port to a free one`, options);
  }
  const advice = error.code === 'EACCES' ? 'ports below 1024 need a privilege; set http.port' : 'set http.host to an address of this machine';
  return new FramewatchError('HTTP_ADDRESS_UNAVAILABLE', `cannot listen on ${host} port ${port}: ${messageOf(error)}; ${advice}`, options);
}
