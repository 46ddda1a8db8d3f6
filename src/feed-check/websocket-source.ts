import WebSocket from 'ws';
import type { Clock, Timer } from '../util/clock.ts';
import { FramewatchError } from '../util/errors.ts';
import type { FeedListener, FeedSource } from './feed-message.ts';

export interface WebsocketSourceOptions {
  /** `ws(s)://…/ws`, without a query. */
  readonly url: string;
  /** The last sequence that is known; null: only what comes. */
  readonly after: number | null;
  readonly token: string | null;
  /** PEM. */
  readonly ca: Buffer | null;
  readonly clock: Clock;
}

const HANDSHAKE_LIMIT_MS = 10_000;
const RECONNECT_MS = 1_000;
/** The daemon pings every 15 s: a connection that was silent for so long is dead. */
const SILENCE_MS = 45_000;
const LARGEST_MESSAGE = 8 * 1024 * 1024;

/** Follows `/ws`, as an integrator's program does: after a break it asks for what came behind the last event that it has. */
export class WebsocketSource implements FeedSource {
  readonly #options: WebsocketSourceOptions;
  readonly #listener: FeedListener;
  #after: number | null;
  #storeId: string | null = null;
  #socket: WebSocket | null = null;
  #silence: Timer | undefined;
  #retry: Timer | undefined;
  #isClosed = false;

  constructor(options: WebsocketSourceOptions, listener: FeedListener) {
    this.#options = options;
    this.#listener = listener;
    this.#after = options.after;
  }

  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#connect(resolve, (reason) => {
        this.#isClosed = true;
        reject(new FramewatchError('FEED_UNREACHABLE', `${this.#options.url}: ${reason}`));
      });
    });
  }

  close(): Promise<void> {
    this.#isClosed = true;
    this.#retry?.cancel();
    this.#silence?.cancel();
    this.#socket?.terminate();
    return Promise.resolve();
  }

  /** One of the two is called, once: `greeted` after `hello`. */
  #connect(greeted: () => void, failed: (reason: string) => void): void {
    const { url, token, ca } = this.#options;
    const after = this.#after;
    const socket = new WebSocket(after === null ? url : `${url}?after=${after}`, {
      handshakeTimeout: HANDSHAKE_LIMIT_MS,
      maxPayload: LARGEST_MESSAGE,
      perMessageDeflate: false,
      ...(token === null ? {} : { headers: { authorization: `Bearer ${token}` } }),
      ...(ca === null ? {} : { ca }),
    });
    this.#socket = socket;
    let [isGreeted, reason] = [false, 'the connection was closed'];
    socket.on('unexpected-response', (_request, { statusCode }) => {
      reason = `the server answers ${statusCode}${statusCode === 401 ? ': it wants another token' : ''}`;
      socket.terminate();
    });
    socket.on('error', (error) => {
      if (!reason.startsWith('the server answers')) reason = error.message || error.name;
    });
    socket.on('open', () => this.#alive(socket));
    socket.on('ping', () => this.#alive(socket));
    socket.on('message', (bytes: Buffer, isBinary) => {
      if (this.#isClosed) return;
      this.#alive(socket);
      if (!isBinary && this.#read(bytes.toString(), after) && !isGreeted) {
        isGreeted = true;
        greeted();
      }
    });
    socket.once('close', (code, why: Buffer) => {
      this.#silence?.cancel();
      if (this.#isClosed) return;
      if (why.length > 0) reason = `${code}: ${why.toString()}`;
      if (!isGreeted) failed(reason);
      else this.#again(reason);
    });
  }

  #again(reason: string): void {
    this.#listener.interrupted(reason, true);
    const retry = () => {
      this.#retry = this.#options.clock.setTimer(RECONNECT_MS, () => this.#connect(() => undefined, retry));
    };
    retry();
  }

  #alive(socket: WebSocket): void {
    this.#silence?.cancel();
    this.#silence = this.#options.clock.setTimer(SILENCE_MS, () => socket.terminate());
  }

  /** Whether it was the greeting. */
  #read(text: string, after: number | null): boolean {
    const message = messageIn(text);
    switch (message?.['type']) {
      case 'hello': {
        const { storeId, sequence } = message;
        if (typeof storeId !== 'string' || typeof sequence !== 'number') return this.#nonsense('a greeting without storeId or sequence');
        // A number of another history would silence this one until it gets there.
        if (this.#after === null || (this.#storeId !== null && this.#storeId !== storeId)) this.#after = Math.min(this.#after ?? sequence, sequence);
        this.#storeId = storeId;
        this.#listener.message({ kind: 'greeting', storeId, sequence, after });
        return true;
      }
      case 'gap': {
        const { from, to } = message;
        if (typeof from !== 'number' || typeof to !== 'number') return this.#nonsense('a gap without from or to');
        this.#after = Math.max(this.#after ?? 0, to);
        this.#listener.message({ kind: 'gap', from, to });
        return false;
      }
      case 'event': {
        const { event } = message;
        const sequence = typeof event === 'object' && event !== null && 'sequence' in event ? Number(event.sequence) : Number.NaN;
        if (Number.isSafeInteger(sequence)) this.#after = Math.max(this.#after ?? 0, sequence);
        this.#listener.message({ kind: 'event', text: JSON.stringify(event ?? null), topicCamera: null, retained: false, properties: {} });
        return false;
      }
      case undefined:
        return this.#nonsense('a text that is no JSON object with a type');
      default:
        return false;
    }
  }

  #nonsense(what: string): false {
    this.#listener.nonsense(what);
    return false;
  }
}

function messageIn(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : null;
  } catch {
    return null;
  }
}
