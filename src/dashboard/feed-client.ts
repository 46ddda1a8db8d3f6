import { type Hello, type LabelEvent, readTile, type ServerMessage, type Tile } from './messages.ts';

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;
const HISTORY_ROWS = 100;

export interface FeedListener {
  /** The events of before, newest first; again after the daemon's history became another one. */
  history(events: readonly LabelEvent[]): void;
  hello(hello: Hello): void;
  message(message: ServerMessage): void;
  tile(tile: Tile): void;
  /** Connected, or not: then with the seconds until the next try. */
  connection(state: 'connected' | { readonly retryInSeconds: number }): void;
}

/** Follows the daemon for as long as the page is open: history first, then live, and after each loss on from the last sequence it has. */
export class FeedClient {
  readonly #listener: FeedListener;
  #socket: WebSocket | null = null;
  #storeId: string | null = null;
  #sequence = 0;
  #waitMs = FIRST_WAIT_MS;
  #watched: readonly string[] = [];

  constructor(listener: FeedListener) {
    this.#listener = listener;
  }

  async start(): Promise<void> {
    try {
      if (this.#storeId === null) await this.#loadHistory();
      this.#connect();
    } catch {
      this.#tryLater();
    }
  }

  /** Of which cameras pictures and verdicts are wanted. */
  watch(ids: readonly string[]): void {
    this.#watched = ids;
    if (this.#socket?.readyState !== WebSocket.OPEN) return;
    this.#socket.send(JSON.stringify({ type: 'watch', tiles: ids, classifications: ids }));
  }

  async #loadHistory(): Promise<void> {
    const response = await fetch(`/api/events?limit=${HISTORY_ROWS}`);
    if (response.status === 401) location.assign('/login');
    if (!response.ok) throw new Error(`the daemon answered ${response.status}`);
    const page = (await response.json()) as { storeId: string; sequence: number; events: LabelEvent[] };
    this.#storeId = page.storeId;
    this.#sequence = page.events.reduce((highest, event) => Math.max(highest, event.sequence), 0);
    this.#listener.history(page.events);
  }

  #connect(): void {
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
    const socket = new WebSocket(`${scheme}://${location.host}/ws?after=${this.#sequence}`);
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    socket.addEventListener('message', (message: MessageEvent<string | ArrayBuffer>) => {
      // After we gave a socket up it may still bring what was on its way.
      if (socket.readyState === WebSocket.OPEN) this.#received(message.data);
    });
    socket.addEventListener('close', () => {
      this.#socket = null;
      this.#listener.connection({ retryInSeconds: Math.ceil(this.#waitMs / 1000) });
      void this.#afterLoss();
    });
  }

  #received(content: string | ArrayBuffer): void {
    if (typeof content !== 'string') {
      const tile = readTile(content);
      if (tile) this.#listener.tile(tile);
      return;
    }
    const message = JSON.parse(content) as ServerMessage;
    if (message.type === 'hello') this.#greeted(message);
    if (message.type === 'event') this.#sequence = Math.max(this.#sequence, message.event.sequence);
    if (message.type === 'gap') this.#sequence = Math.max(this.#sequence, message.to);
    this.#listener.message(message);
  }

  #greeted(hello: Hello): void {
    if (hello.storeId !== this.#storeId) {
      // Another history: our sequence means nothing in it. The next try begins anew.
      this.#storeId = null;
      this.#socket?.close();
      return;
    }
    this.#waitMs = FIRST_WAIT_MS;
    this.#listener.connection('connected');
    this.#listener.hello(hello);
    this.watch(this.#watched);
  }

  async #afterLoss(): Promise<void> {
    // A browser is not told why an upgrade was refused; a plain request is.
    const status = await fetch('/api/stats').then(
      (response) => response.status,
      () => 0,
    );
    if (status === 401) location.assign('/login');
    else this.#tryLater();
  }

  #tryLater(): void {
    const waitMs = this.#waitMs * (0.5 + Math.random() / 2);
    this.#waitMs = Math.min(this.#waitMs * 2, LONGEST_WAIT_MS);
    this.#listener.connection({ retryInSeconds: Math.ceil(waitMs / 1000) });
    setTimeout(() => void this.start(), waitMs);
  }
}
