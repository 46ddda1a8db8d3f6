import { describe, expect, it } from 'vitest';
import { Feed } from '../../src/http/feed.ts';
import { FeedConnection, type FeedSocket } from '../../src/http/feed-connection.ts';
import { silentLogger } from '../../src/util/logger.ts';
import { labelEvent, MemoryView } from '../helpers/http-stage.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';

const settle = () => new Promise((resolve) => setImmediate(resolve));

/** A socket whose other side reads when told. */
class PuppetSocket implements FeedSocket {
  readonly sent: (string | Uint8Array)[] = [];
  readonly ends: (number | 'terminated')[] = [];
  bufferedAmount = 0;
  reads = true;
  readonly #waiting: (() => void)[] = [];

  send(message: string | Uint8Array, flushed?: () => void): void {
    this.sent.push(message);
    if (this.reads) flushed?.();
    else {
      this.bufferedAmount += message.length;
      if (flushed) this.#waiting.push(flushed);
    }
  }

  readAll(): void {
    this.bufferedAmount = 0;
    for (const flushed of this.#waiting.splice(0)) flushed();
  }

  close(code: number): void {
    this.ends.push(code);
  }

  terminate(): void {
    this.ends.push('terminated');
  }

  parsed(): Message[] {
    return this.sent.filter((message) => typeof message === 'string').map((message) => JSON.parse(message) as Message);
  }

  /** The sequence of the newest event, for those who ask again and again. */
  newest(): number | undefined {
    const parsed = (message: string | Uint8Array | undefined) => (typeof message === 'string' ? (JSON.parse(message) as Message) : undefined);
    return parsed(this.sent.findLast((message) => parsed(message)?.event))?.event?.sequence;
  }

  /** Sequences of events and gaps, in order. */
  course(): (number | string)[] {
    return this.parsed().flatMap(({ type, event, from, to }): (number | string)[] => {
      if (event) return [event.sequence];
      return type === 'gap' ? [`${from}-${to}`] : [];
    });
  }
}

interface Message {
  readonly type: string;
  readonly event?: { readonly sequence: number };
  readonly from: number;
  readonly to: number;
  readonly cameras: readonly unknown[];
}

function scene(kept: readonly number[] = []) {
  const view = new MemoryView();
  view.history.events.push(...kept.map((sequence) => labelEvent(sequence)));
  const feed = new Feed(view.history.lastSequence);
  const socket = new PuppetSocket();
  const drops: string[] = [];
  const clock = new VirtualClock();
  const observer = { websocketClients: () => {}, websocketDropped: (reason: string) => drops.push(reason) };
  const connection = new FeedConnection({ socket, feed, view, isLoggedIn: false, clock, observer, logger: silentLogger });
  /** As the daemon does it: committed first, then fed. */
  const happen = (sequence: number) => {
    const event = labelEvent(sequence);
    view.history.events.push(event);
    feed.event(event);
  };
  return { view, feed, socket, drops, clock, connection, happen };
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe('FeedConnection: catching up', () => {
  it('greets, then live only, when nothing is asked for', async () => {
    const { connection, socket, happen } = scene(range(1, 3));
    connection.start(null);
    happen(4);
    await settle();
    expect(socket.parsed()[0]).toMatchObject({ type: 'hello', version: '1.2.3', storeId: 'store-1', sequence: 3, loggedIn: false });
    expect(socket.parsed()[0]?.cameras).toHaveLength(2);
    expect(socket.course()).toEqual([4]);
  });

  it('sends what was missed in pages, and what happens while they are read, each once and in order', async () => {
    const { connection, socket, happen, view } = scene(range(1, 1000));
    let next = 1001;
    // Five times while the history is read: before the page is taken, so that it lies in history and on the feed.
    view.history.beforeQuery = () => {
      if (next <= 1005) happen(next++);
    };
    connection.start(10);
    while (socket.newest() !== 1005) await settle();
    happen(1006);
    happen(1007);
    expect(socket.course()).toEqual(range(11, 1007));
    expect(Math.max(...view.history.queries.map(({ limit }) => limit))).toBeLessThanOrEqual(200);
  });

  it('misses nothing that happens after a page was taken and before it is sent', async () => {
    const { connection, socket, happen, view } = scene(range(1, 5));
    const query = view.history.query.bind(view.history);
    let next = 6;
    view.history.query = async (asked) => {
      const page = await query(asked);
      if (next <= 9) happen(next++);
      return page;
    };
    connection.start(0);
    while (socket.newest() !== 9) await settle();
    expect(socket.course()).toEqual(range(1, 9));
  });

  it('tells as a gap what is no longer kept, also when it vanishes meanwhile', async () => {
    const first = scene(range(5, 8));
    first.connection.start(2);
    await settle();
    expect(first.socket.course()).toEqual(['3-4', 5, 6, 7, 8]);

    const second = scene(range(1, 8));
    second.view.history.beforeQuery = () => void second.view.history.events.splice(0);
    second.connection.start(2);
    await settle();
    second.happen(9);
    expect(second.socket.course()).toEqual(['3-8', 9]);
  });

  it('does not believe a sequence of another store: it would be silent until we get there', async () => {
    const { connection, socket, happen } = scene(range(1, 3));
    connection.start(9_000_000);
    happen(4);
    await settle();
    expect(socket.course()).toEqual([4]);
  });

  it('waits for a slow reader between pages instead of dropping it', async () => {
    const { connection, socket, drops, view } = scene(range(1, 5000));
    socket.reads = false;
    connection.start(0);
    let most = 0;
    while (socket.newest() !== 5000) {
      await settle();
      most = Math.max(most, socket.bufferedAmount);
      socket.readAll();
    }
    expect(socket.course()).toEqual(range(1, 5000));
    expect(drops).toEqual([]);
    expect(most).toBeLessThan(512 * 1024);
    expect(view.history.queries.length).toBe(25);
  });

  it('asks the client to come again when the history cannot be read, and shows no hole', async () => {
    const { connection, socket, happen, view, feed } = scene(range(1, 3));
    view.history.beforeQuery = () => Promise.reject(new Error('disk'));
    connection.start(1);
    await settle();
    happen(4);
    expect(socket.ends).toEqual([1013]);
    expect(socket.course()).toEqual([]);
    expect(feed.listeners).toBe(0);
  });
});

describe('FeedConnection: what a client may not', () => {
  it('drops one that leaves 2 MiB unread, and sends no more to it', async () => {
    const { connection, socket, drops, feed } = scene();
    connection.start(null);
    socket.bufferedAmount = 2 * 1024 * 1024 - 10;
    feed.stats({ some: 'numbers' });
    const sent = socket.sent.length;
    feed.stats({});
    expect(socket.ends).toEqual(['terminated']);
    expect(drops).toEqual(['slow']);
    expect(socket.sent.length).toBe(sent);
    expect(feed.listeners).toBe(0);
  });

  it('leaves out tiles, not events, for one that is behind', () => {
    const { connection, socket, drops, happen } = scene();
    connection.start(null);
    socket.bufferedAmount = 600 * 1024;
    connection.tile('yard', Uint8Array.of(1));
    happen(1);
    expect(drops).toEqual(['tile']);
    expect(connection.doing).toEqual({ kind: 'feed', cameras: [], dropped: 1 });
    expect(socket.course()).toEqual([1]);
    expect(socket.sent.some((message) => typeof message !== 'string')).toBe(false);
  });

  it.each([['nonsense'], ['{"type":"watch","tiles":[7]}'], [null]])('ends one that sends %j', (message) => {
    const { connection, socket, drops } = scene();
    connection.start(null);
    connection.received(message);
    connection.received(message);
    expect(socket.ends).toEqual([1008]);
    expect(drops).toEqual(['protocol']);
  });

  it('ends one that floods; thirty messages in ten seconds are none', async () => {
    const { connection, drops, clock } = scene();
    connection.start(null);
    const send = (count: number) => {
      for (let i = 0; i < count; i++) connection.received('{"type":"watch"}');
    };
    send(30);
    await clock.advance(10_000);
    send(30);
    expect(drops).toEqual([]);
    send(1);
    expect(drops).toEqual(['protocol']);
  });
});

describe('FeedConnection: watching', () => {
  it('shows the newest picture at once, unless a newer one came first', async () => {
    const { connection, socket, view } = scene();
    view.pictures.set('yard', { frameSequence: 7, jpeg: Uint8Array.of(9) });
    connection.start(null);
    connection.received('{"type":"watch","tiles":["yard","gone"]}');
    await settle();
    const tiles = () => socket.sent.filter((message) => typeof message !== 'string').map((message) => [...message]);
    expect(tiles()).toEqual([[1, 4, ...Buffer.from('yard'), 0, 0, 0, 0, 0, 0, 0, 7, 9]]);
    connection.received('{"type":"watch","tiles":["yard"]}');
    await settle();
    expect(tiles().length).toBe(1);
    connection.received('{"type":"watch"}');
    connection.received('{"type":"watch","tiles":["yard"]}');
    connection.tile('yard', Uint8Array.of(5));
    await settle();
    expect(tiles().at(-1)).toEqual([5]);
    expect(tiles().length).toBe(2);
  });
});
