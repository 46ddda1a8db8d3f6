import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import type { LiveDoor, LiveSeat } from '../live/live-cameras.ts';
import type { LiveWish } from '../live/live-message.ts';
import type { Clock, Timer } from '../util/clock.ts';
import type { Logger } from '../util/logger.ts';
import type { Access, Identity } from './access.ts';
import { type ClientDoing, type ClientView, clientView } from './client-view.ts';
import { parseSequence } from './event-query.ts';
import type { Feed } from './feed.ts';
import { FeedConnection } from './feed-connection.ts';
import { LiveConnection } from './live-connection.ts';
import { parseLiveWish } from './live-query.ts';
import type { HttpObserver, MonitorView, WebsocketDropReason } from './monitor-view.ts';

const MOST_SOCKETS = 256;
const MOST_SOCKETS_AN_ADDRESS = 16;
const LARGEST_MESSAGE = 16 * 1024;
const PING_EVERY_MS = 15_000;
const CLOSE_LIMIT_MS = 500;
const LIVE_PATH = '/ws/live/';

export interface WebsocketGateParts {
  readonly access: Access;
  readonly feed: Feed;
  /** Full motion; null: there is none. */
  readonly live: LiveDoor | null;
  readonly view: MonitorView;
  readonly clock: Clock;
  readonly observer: HttpObserver;
  readonly logger: Logger;
}

/** What speaks with one client. */
interface Connection {
  readonly doing: ClientDoing;
  received(text: string | null): void;
  drop(reason: WebsocketDropReason, code?: number, message?: string): void;
  /** The socket is gone. Idempotent. */
  end(): void;
}

/** What a newcomer wants: the feed, from a sequence on or from now, or full motion of a camera. */
type Route = { readonly kind: 'feed'; readonly after: number | null } | { readonly kind: 'live'; readonly cameraId: string; readonly wish: LiveWish };

interface Admission {
  readonly address: string;
  readonly group: string;
  readonly identity: Identity;
  readonly route: Route;
}

interface Client {
  readonly socket: WebSocket;
  readonly connection: Connection;
  readonly address: string;
  readonly group: string;
  /** Wall clock, ms: when it came. */
  readonly sinceMs: number;
  readonly identity: Identity;
  /** Whether it answered the last ping. */
  answered: boolean;
}

/** Lets clients in to `/ws` and `/ws/live/:camera`: everything is checked before the upgrade, so that a refused one costs one line of HTTP. Owns the sockets and their pings. */
export class WebsocketGate {
  readonly #parts: WebsocketGateParts;
  readonly #server: WebSocketServer;
  readonly #clients = new Set<Client>();
  #pingTimer: Timer | undefined;
  #closing = false;

  constructor(parts: WebsocketGateParts) {
    this.#parts = parts;
    this.#server = new WebSocketServer({ noServer: true, clientTracking: false, maxPayload: LARGEST_MESSAGE, perMessageDeflate: false });
  }

  start(): void {
    this.#pingTimer = this.#parts.clock.setTimer(PING_EVERY_MS, () => this.#ping());
  }

  /** For the HTTP server's `upgrade`. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // Until ws takes over a reset of the connection would be an unhandled error.
    socket.on('error', ignore);
    const admission = this.#admit(request);
    if (typeof admission === 'number') {
      refuse(socket, admission);
      return;
    }
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      socket.off('error', ignore);
      this.#welcome(webSocket, admission);
    });
  }

  /** Who is there, in the order in which they came: at most as many as are let in. */
  clients(): readonly ClientView[] {
    return [...this.#clients].map(({ socket, connection, address, sinceMs }) =>
      clientView(connection.doing, { address, sinceMs, waitingBytes: socket.bufferedAmount }),
    );
  }

  /** A browser logged out. */
  endSession(session: string): void {
    for (const { socket, identity } of this.#clients) if (identity.session === session) socket.close(1008, 'logged out');
  }

  /** Says goodbye (1001) and gives the clients half a second to answer. Idempotent. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#pingTimer?.cancel();
    const gone = [...this.#clients].map(({ socket }) => new Promise((resolve) => socket.once('close', resolve)));
    for (const { socket } of this.#clients) socket.close(1001, 'the daemon stops');
    const limit = setTimeout(() => {
      for (const { socket } of this.#clients) socket.terminate();
    }, CLOSE_LIMIT_MS);
    await Promise.all(gone);
    clearTimeout(limit);
  }

  /** The status to refuse with, or what is known of the newcomer. */
  #admit(request: IncomingMessage): Admission | number {
    const { access, observer } = this.#parts;
    // Not URL: it throws on some of what a raw socket can send.
    const [pathname = '', search] = (request.url ?? '').split('?', 2);
    const liveId = pathname.startsWith(LIVE_PATH) ? pathname.slice(LIVE_PATH.length) : null;
    if (pathname !== '/ws' && liveId === null) return 404;
    if (this.#closing) return 503;
    if (access.refusal(request) !== null) return 403;
    const identity = access.identify(request);
    if (!identity) return 401;
    const query = new URLSearchParams(search);
    const route = liveId === null ? feedRoute(query) : this.#liveRoute(liveId, query);
    if (typeof route === 'number') return route;
    const group = access.group(request);
    const ofGroup = [...this.#clients].filter((client) => client.group === group).length;
    if (this.#clients.size >= MOST_SOCKETS || ofGroup >= MOST_SOCKETS_AN_ADDRESS) {
      observer.websocketDropped('limit');
      return ofGroup >= MOST_SOCKETS_AN_ADDRESS ? 429 : 503;
    }
    return { address: access.address(request), group, identity, route };
  }

  #liveRoute(cameraId: string, query: URLSearchParams): Route | number {
    if (this.#parts.live?.knows(cameraId) !== true) return 404;
    const wish = parseLiveWish(query);
    return wish === null ? 400 : { kind: 'live', cameraId, wish };
  }

  #welcome(socket: WebSocket, { address, group, identity, route }: Admission): void {
    const { observer, clock } = this.#parts;
    const connection = this.#connect(outgoing(socket), route, identity);
    const client: Client = { socket, connection, address, group, sinceMs: clock.wallMs(), identity, answered: true };
    this.#clients.add(client);
    observer.websocketClients(this.#clients.size);
    socket.on('message', (message: RawData, isBinary: boolean) => connection.received(isBinary ? null : textOf(message)));
    socket.on('pong', () => {
      client.answered = true;
    });
    // A frame that is too large or none at all; ws has answered with the code that fits, 'close' follows.
    socket.on('error', () => connection.drop('protocol', 1008));
    socket.on('close', () => {
      connection.end();
      this.#clients.delete(client);
      observer.websocketClients(this.#clients.size);
    });
  }

  #connect(socket: ReturnType<typeof outgoing>, route: Route, identity: Identity): Connection {
    const { feed, live, view, clock, observer, logger } = this.#parts;
    if (route.kind === 'feed') {
      const connection = new FeedConnection({ socket, feed, view, isLoggedIn: identity.session !== null, clock, observer, logger });
      connection.start(route.after);
      return connection;
    }
    const seat: LiveSeat | undefined = live?.join(route.cameraId, route.wish, socket);
    return new LiveConnection({ socket, cameraId: route.cameraId, seat, observer });
  }

  #ping(): void {
    for (const client of this.#clients) {
      if (!client.answered) client.connection.drop('unresponsive');
      client.answered = false;
      if (client.socket.readyState === client.socket.OPEN) client.socket.ping();
    }
    this.start();
  }
}

function feedRoute(query: URLSearchParams): Route | number {
  const afterText = query.get('after');
  const after = afterText === null ? null : parseSequence(afterText);
  return afterText !== null && after === null ? 400 : { kind: 'feed', after };
}

function outgoing(socket: WebSocket): ConstructorParameters<typeof FeedConnection>[0]['socket'] {
  return {
    get bufferedAmount() {
      return socket.bufferedAmount;
    },
    send(message, flushed) {
      if (socket.readyState === socket.OPEN) socket.send(message, () => flushed?.());
      else flushed?.();
    },
    close: (code, reason) => socket.close(code, reason),
    terminate: () => socket.terminate(),
  };
}

function textOf(message: RawData): string {
  if (Array.isArray(message)) return Buffer.concat(message).toString('utf8');
  return Buffer.isBuffer(message) ? message.toString('utf8') : Buffer.from(message).toString('utf8');
}

function refuse(socket: Duplex, status: number): void {
  const challenge = status === 401 ? 'WWW-Authenticate: Bearer realm="framewatch"\r\n' : '';
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nConnection: close\r\nContent-Length: 0\r\n${challenge}\r\n`);
  // An end that waits for the other side's is one that never comes.
  socket.once('finish', () => socket.destroy());
}

function ignore(): void {}
