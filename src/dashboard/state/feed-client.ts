import type { FeedListener } from './feed-listener.ts';
import { advanced, type FeedPosition, greeted, NOWHERE } from './feed-position.ts';
import { eventsOf } from './gone-pictures.ts';
import type { EventPage, HelloMessage, ServerMessage } from './messages.ts';
import { reconnectDelayMs } from './reconnect.ts';
import { readTile } from './tile-message.ts';
import { watchMessage } from './watch-message.ts';

const HISTORY_ROWS = 200;
/** The daemon says something each second. A connection that is silent for so long is none, whatever the browser believes. */
const LONGEST_SILENCE_MS = 10_000;
/** The daemon ends a connection that sends more than 30 messages in ten seconds. */
const BETWEEN_WATCHES_MS = 500;

export interface FeedClientParts {
  readonly listener: FeedListener;
  /** What is to be watched now. */
  readonly watched: () => Iterable<string>;
  /** The daemon wants a login. */
  readonly onLoginNeeded: () => void;
}

/** Follows the daemon for as long as the page is open: history first, then live, and after each loss on from the last sequence it has. */
export class FeedClient {
  readonly #parts: FeedClientParts;
  #socket: WebSocket | null = null;
  #position: FeedPosition = NOWHERE;
  #attempt = 0;
  /** Tries in a row of which none brought a greeting although the daemon answers. */
  #refusals = 0;
  /** The history is on its way. */
  #isStarting = false;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;
  #watchTimer: ReturnType<typeof setTimeout> | undefined;
  #sentWatch = '';
  #sentWatchMs = Number.NEGATIVE_INFINITY;

  constructor(parts: FeedClientParts) {
    this.#parts = parts;
  }

  async start(): Promise<void> {
    if (this.#isStarting || this.#socket !== null) return;
    clearTimeout(this.#retry);
    this.#isStarting = true;
    try {
      if (this.#position.storeId === null) await this.#loadHistory();
      this.#connect();
    } catch {
      this.#tryLater();
    } finally {
      this.#isStarting = false;
    }
  }

  /** Does not wait for the next try. */
  retryNow(): void {
    if (this.#socket !== null || this.#retry === undefined) return;
    this.#attempt = 0;
    void this.start();
  }

  /** Ends it, and tries no more. */
  close(): void {
    const socket = this.#socket;
    this.#socket = null;
    for (const timer of [this.#retry, this.#silence, this.#watchTimer]) clearTimeout(timer);
    socket?.close();
  }

  /** Call when what is watched changed: told to the daemon soon, and not too often. */
  watchChanged(): void {
    if (this.#watchTimer !== undefined) return;
    const waitMs = Math.max(0, this.#sentWatchMs + BETWEEN_WATCHES_MS - performance.now());
    this.#watchTimer = setTimeout(() => {
      this.#watchTimer = undefined;
      this.#sendWatch();
    }, waitMs);
  }

  #sendWatch(): void {
    const { text } = watchMessage(this.#parts.watched());
    if (this.#socket?.readyState !== WebSocket.OPEN || text === this.#sentWatch) return;
    this.#sentWatch = text;
    this.#sentWatchMs = performance.now();
    this.#socket.send(text);
  }

  async #loadHistory(): Promise<void> {
    const response = await fetch(`/api/events?limit=${HISTORY_ROWS}`);
    if (response.status === 401) this.#parts.onLoginNeeded();
    if (!response.ok) throw new Error(`the daemon answered ${response.status}`);
    const page = (await response.json()) as EventPage;
    // What a page asks for at once has times in it: they must be of the daemon's clock already.
    const second = Date.parse(response.headers.get('date') ?? '');
    if (!Number.isNaN(second)) this.#parts.listener.clockHeard(second + 500);
    this.#position = { storeId: page.storeId, sequence: page.events.reduce((highest, { sequence }) => Math.max(highest, sequence), 0) };
    this.#parts.listener.history(eventsOf(page));
  }

  #connect(): void {
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
    const socket = new WebSocket(`${scheme}://${location.host}/ws?after=${this.#position.sequence}`);
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    this.#sentWatch = '';
    this.#expectWords();
    socket.addEventListener('message', (message: MessageEvent<string | ArrayBuffer>) => {
      // After we gave a socket up it may still bring what was on its way.
      if (socket === this.#socket) this.#received(message.data);
    });
    socket.addEventListener('close', () => {
      if (socket === this.#socket) this.#lost();
    });
  }

  #received(content: string | ArrayBuffer): void {
    this.#expectWords();
    const { listener } = this.#parts;
    if (typeof content !== 'string') {
      const tile = readTile(content);
      if (tile) listener.tile(tile);
      return;
    }
    const message = JSON.parse(content) as ServerMessage;
    if (message.type === 'hello') {
      this.#greeted(message);
      return;
    }
    const { position, isNew } = advanced(this.#position, message);
    this.#position = position;
    if (isNew) listener.message(message);
  }

  #greeted(hello: HelloMessage): void {
    if (greeted(this.#position, hello) === 'beginAnew') {
      this.#position = NOWHERE;
      this.#socket?.close();
      this.#socket = null;
      void this.start();
      return;
    }
    this.#attempt = 0;
    this.#refusals = 0;
    this.#parts.listener.hello(hello);
    this.#parts.listener.connectionChanged({ kind: 'connected' });
    this.#sendWatch();
  }

  #expectWords(): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => {
      const socket = this.#socket;
      if (!socket) return;
      this.#lost();
      socket.close();
    }, LONGEST_SILENCE_MS);
  }

  #lost(): void {
    clearTimeout(this.#silence);
    this.#socket = null;
    this.#tryLater();
    // A browser is not told why an upgrade was refused; a plain request is.
    fetch('/api/stats').then(
      ({ status }) => {
        if (status === 401) this.#parts.onLoginNeeded();
        else this.#refusals += 1;
      },
      () => (this.#refusals = 0),
    );
  }

  #tryLater(): void {
    const waitMs = reconnectDelayMs(this.#attempt, Math.random());
    this.#attempt += 1;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => void this.start(), waitMs);
    this.#parts.listener.connectionChanged({ kind: 'lost', retryAtMs: Date.now() + waitMs, isRefused: this.#refusals > 1 });
  }
}
