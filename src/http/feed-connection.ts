import type { Clock } from '../util/clock.ts';
import { messageOf } from '../util/errors.ts';
import type { Logger } from '../util/logger.ts';
import type { ClientDoing } from './client-view.ts';
import { eventMessage, type Feed, type FeedListener } from './feed.ts';
import type { EventHistory, HttpObserver, MonitorView, WebsocketDropReason } from './monitor-view.ts';
import { encodeTile } from './tile-message.ts';
import { parseWatch, WATCH_NOTHING, type Watch } from './watch-message.ts';

/** A client that leaves more than this unread is dropped. */
const MOST_UNREAD_BYTES = 2 * 1024 * 1024;
/** From here on tiles are left out: pictures are many and soon old, events are neither. */
const TILES_STOP_AT_BYTES = 512 * 1024;
const HISTORY_PAGE = 200;
const MOST_MESSAGES = 30;
const MESSAGE_WINDOW_MS = 10_000;

/** What the connection needs of a WebSocket. */
export interface FeedSocket {
  readonly bufferedAmount: number;
  /** `flushed` is called when the operating system took it, or the socket is gone. */
  send(message: string | Uint8Array, flushed?: () => void): void;
  close(code: number, reason: string): void;
  terminate(): void;
}

export interface FeedConnectionParts {
  readonly socket: FeedSocket;
  readonly feed: Feed;
  /** Whether it came with a browser's login, which can be ended. */
  readonly isLoggedIn: boolean;
  readonly view: Pick<MonitorView, 'version' | 'cameras' | 'newestPicture'> & { readonly history: EventHistory };
  readonly clock: Clock;
  readonly observer: HttpObserver;
  readonly logger: Logger;
}

/** One client of `/ws`: greets, brings it up to date from the history, then passes on what is live. Never waits for a client, except between pages of history. */
export class FeedConnection implements FeedListener {
  readonly #parts: FeedConnectionParts;
  #watch: Watch = WATCH_NOTHING;
  /** Cameras of which a tile was sent since they were asked for. */
  readonly #shown = new Set<string>();
  #sentSequence = 0;
  #caughtUp = false;
  #ended = false;
  #messages: number[] = [];
  #tilesLeftOut = 0;

  constructor(parts: FeedConnectionParts) {
    this.#parts = parts;
  }

  get doing(): ClientDoing {
    const { tiles, classifications } = this.#watch;
    return { kind: 'feed', cameras: [...new Set([...tiles, ...classifications])], dropped: this.#tilesLeftOut };
  }

  /** `after`: the last sequence that the client has; null when it wants only what comes. */
  start(after: number | null): void {
    const { feed, view, isLoggedIn } = this.#parts;
    const { version, history } = view;
    const hello = { type: 'hello', version, storeId: history.storeId, cameras: view.cameras(), sequence: feed.lastSequence, loggedIn: isLoggedIn };
    this.#send(JSON.stringify(hello));
    // A number above ours is from another store: believed, it would silence this client until we get there.
    this.#sentSequence = Math.min(after ?? feed.lastSequence, feed.lastSequence);
    feed.add(this);
    void this.#catchUp();
  }

  /** The socket is gone. Idempotent. */
  end(): void {
    this.#ended = true;
    this.#parts.feed.remove(this);
  }

  drop(reason: WebsocketDropReason, code?: number, message = ''): void {
    if (this.#ended) return;
    this.end();
    this.#parts.observer.websocketDropped(reason);
    if (code === undefined) this.#parts.socket.terminate();
    else this.#parts.socket.close(code, message);
  }

  received(text: string | null): void {
    if (this.#ended) return;
    const now = this.#parts.clock.monotonicMs();
    this.#messages = this.#messages.filter((at) => now - at < MESSAGE_WINDOW_MS);
    this.#messages.push(now);
    const watch = this.#messages.length > MOST_MESSAGES ? 'is one too many' : text === null ? 'is binary' : parseWatch(text);
    if (typeof watch === 'string') {
      this.drop('protocol', 1008, `the message ${watch}`);
      return;
    }
    const fresh = [...watch.tiles].filter((id) => !this.#watch.tiles.has(id));
    this.#watch = watch;
    for (const id of fresh) {
      this.#shown.delete(id);
      void this.#showNewest(id);
    }
  }

  wantsTile(cameraId: string): boolean {
    return this.#watch.tiles.has(cameraId);
  }

  wantsClassification(cameraId: string): boolean {
    return this.#watch.classifications.has(cameraId);
  }

  event(sequence: number, text: string): void {
    // Until it has caught up the client gets this one from the history, in its turn.
    if (!this.#caughtUp || sequence <= this.#sentSequence) return;
    this.#sentSequence = sequence;
    this.#send(text);
  }

  message(text: string): void {
    this.#send(text);
  }

  tile(cameraId: string, message: Uint8Array): void {
    if (this.#ended) return;
    if (this.#parts.socket.bufferedAmount > TILES_STOP_AT_BYTES) {
      this.#tilesLeftOut += 1;
      this.#parts.observer.websocketDropped('tile');
      return;
    }
    this.#shown.add(cameraId);
    this.#send(message);
  }

  /**
   * Sends what the client missed, page by page, until nothing is missing, and in the same turn switches to live: no event falls between,
   * none comes twice. What the history no longer holds is told as a gap.
   */
  async #catchUp(): Promise<void> {
    const { feed, view } = this.#parts;
    try {
      while (!this.#ended && this.#sentSequence < feed.lastSequence) {
        const known = feed.lastSequence;
        const page = await view.history.query({ after: this.#sentSequence, limit: HISTORY_PAGE });
        const texts: string[] = [];
        for (const event of page) {
          texts.push(...this.#gapUpTo(event.sequence - 1), eventMessage(event));
          this.#sentSequence = event.sequence;
        }
        if (page.length === 0) texts.push(...this.#gapUpTo(known));
        await this.#sendAll(texts);
      }
      this.#caughtUp = true;
    } catch (error) {
      this.#parts.logger.warn({ err: error }, `a WebSocket client could not be brought up to date: ${messageOf(error)}`);
      if (this.#ended) return;
      this.end();
      // With what it has the client can come again; going on live would hide the hole.
      this.#parts.socket.close(1013, 'the history is unavailable');
    }
  }

  #gapUpTo(to: number): string[] {
    const from = this.#sentSequence + 1;
    if (to < from) return [];
    this.#sentSequence = to;
    return [JSON.stringify({ type: 'gap', from, to })];
  }

  async #showNewest(cameraId: string): Promise<void> {
    try {
      const picture = await this.#parts.view.newestPicture(cameraId);
      if (picture && this.wantsTile(cameraId) && !this.#shown.has(cameraId)) {
        this.tile(cameraId, encodeTile(cameraId, picture.frameSequence, picture.jpeg));
      }
    } catch {
      // The next frame brings the next picture.
    }
  }

  /** Resolves when the last one has left: a client may read years of history at its own pace. The ping still ends one that reads nothing. */
  #sendAll(texts: readonly string[]): Promise<void> {
    return new Promise((resolve) => {
      texts.forEach((text, index) => {
        this.#send(text, index === texts.length - 1 ? resolve : undefined);
      });
      if (this.#ended || texts.length === 0) resolve();
    });
  }

  #send(message: string | Uint8Array, flushed?: () => void): void {
    if (this.#ended) return;
    const { socket } = this.#parts;
    const size = typeof message === 'string' ? Buffer.byteLength(message) : message.byteLength;
    if (socket.bufferedAmount + size > MOST_UNREAD_BYTES) this.drop('slow');
    else socket.send(message, flushed);
  }
}
