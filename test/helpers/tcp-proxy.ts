import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** What is wrong with the line. None: all passes at once. */
export interface Toxics {
  /** Every byte comes so much later, ms; those behind it do not wait for it. */
  readonly latencyMs?: number;
  /** Of each connection, and each way. What the operating system keeps in its buffers comes on top: megabytes on a fast machine. */
  readonly bytesPerSecond?: number;
  /** Connections are accepted, nothing passes, not even that the other side has gone. What was held passes once it is lifted. */
  readonly hold?: boolean;
  /** Writes of so many bytes, each in a packet of its own. */
  readonly sliceBytes?: number;
  /** Of the bytes that pass a connection one way, every n-th comes inverted. */
  readonly corruptEvery?: number;
  /** RST to both sides: of those that live, and of whoever comes as long as this holds. */
  readonly reset?: boolean;
}

type Way = 'toServer' | 'toClient';

export interface TcpProxy {
  readonly port: number;
  /** Those that live. */
  readonly connections: number;
  /** Those that ever came. */
  readonly accepted: number;
  /** Bytes that were handed on. */
  readonly passed: Readonly<Record<Way, number>>;
  /** Replaces all toxics, of that way or of both, also for connections that live. */
  set(toxics: Toxics, way?: Way | 'both'): void;
  /** Resets those that live; newcomers are welcome. */
  cut(): void;
  /** Ends everything; leaves neither socket nor timer. Idempotent. */
  close(): Promise<void>;
}

/** A place between a client and a server on 127.0.0.1 where everything can go wrong that goes wrong on a line. */
export async function startTcpProxy(serverPort: number): Promise<TcpProxy> {
  const toxics: Record<Way, Toxics> = { toServer: {}, toClient: {} };
  const passed: Record<Way, number> = { toServer: 0, toClient: 0 };
  const lines = new Set<Line>();
  let accepted = 0;
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    accepted += 1;
    const line = new Line(client, connect({ port: serverPort, host: '127.0.0.1', allowHalfOpen: true, noDelay: true }), toxics, passed);
    lines.add(line);
    void line.over.then(() => lines.delete(line));
    line.changed();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = () => {
    for (const line of lines) line.cut();
  };
  let closing: Promise<unknown> | null = null;
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return lines.size;
    },
    get accepted() {
      return accepted;
    },
    passed,
    set: (wanted, way = 'both') => {
      if (way !== 'toClient') toxics.toServer = wanted;
      if (way !== 'toServer') toxics.toClient = wanted;
      for (const line of lines) line.changed();
    },
    cut,
    close: async () => {
      closing ??= (async () => {
        const closed = once(server, 'close');
        server.close();
        cut();
        await closed;
        await Promise.all([...lines].map(({ over }) => over));
      })();
      await closing;
    },
  };
}

/** One client and its connection to the server. */
class Line {
  readonly over: Promise<void>;
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #toxics: Readonly<Record<Way, Toxics>>;
  readonly #hoses: readonly Hose[];
  #isCut = false;

  constructor(client: Socket, server: Socket, toxics: Readonly<Record<Way, Toxics>>, passed: Record<Way, number>) {
    this.#client = client;
    this.#server = server;
    this.#toxics = toxics;
    const hose = (from: Socket, to: Socket, way: Way) =>
      new Hose(
        from,
        to,
        () => toxics[way],
        (bytes) => {
          passed[way] += bytes;
        },
      );
    this.#hoses = [hose(client, server, 'toServer'), hose(server, client, 'toClient')];
    for (const socket of [client, server]) socket.on('error', () => this.#lost());
    this.over = Promise.all([client, server].map((socket) => new Promise((resolve) => socket.once('close', resolve)))).then(() => this.cut());
  }

  changed(): void {
    if (this.#toxics.toServer.reset === true || this.#toxics.toClient.reset === true) this.cut();
    else if (this.#client.errored || this.#server.errored) this.#lost();
    for (const hose of this.#hoses) hose.pass();
  }

  cut(): void {
    this.#isCut = true;
    for (const hose of this.#hoses) hose.close();
    for (const socket of [this.#client, this.#server]) if (!socket.destroyed) socket.resetAndDestroy();
  }

  /** One side has gone without goodbye: so does the other, unless nothing may pass. */
  #lost(): void {
    const isHeld = this.#toxics.toServer.hold === true || this.#toxics.toClient.hold === true;
    if (!this.#isCut && !isHeld) this.cut();
  }
}

/** Waits in the proxy at most, each way: then it reads no further. */
const MOST_WAITING_BYTES = 64 * 1024;
/** With `bytesPerSecond` it writes so many times a second. */
const PORTIONS_A_SECOND = 20;

interface Waiting {
  /** Null: the other side has said goodbye. */
  bytes: Buffer | null;
  readonly at: number;
}

/** One way of one connection. */
class Hose {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #toxics: () => Toxics;
  readonly #passed: (bytes: number) => void;
  readonly #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #count = 0;
  #mayWriteAt = 0;
  #isFull = false;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(from: Socket, to: Socket, toxics: () => Toxics, passed: (bytes: number) => void) {
    this.#from = from;
    this.#to = to;
    this.#toxics = toxics;
    this.#passed = passed;
    from.on('data', (bytes: Buffer) => this.#take(bytes));
    from.on('end', () => this.#take(null));
    to.on('drain', () => {
      this.#isFull = false;
      this.pass();
    });
  }

  /** Passes on what may pass now, and comes back by itself for the rest. */
  pass(): void {
    clearTimeout(this.#timer);
    for (let next = this.#waiting[0]; next && !this.#isClosed; next = this.#waiting[0]) {
      const { latencyMs = 0, hold = false } = this.#toxics();
      if (hold || this.#isFull) break;
      const waitMs = Math.max(next.at + latencyMs, this.#mayWriteAt) - performance.now();
      if (waitMs > 0) {
        this.#timer = setTimeout(() => this.pass(), waitMs);
        break;
      }
      this.#write(next);
    }
    if (this.#waitingBytes < MOST_WAITING_BYTES && !this.#isClosed) this.#from.resume();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#waiting.length = 0;
  }

  #take(bytes: Buffer | null): void {
    if (this.#isClosed) return;
    this.#waiting.push({ bytes, at: performance.now() });
    this.#waitingBytes += bytes?.length ?? 0;
    if (this.#waitingBytes >= MOST_WAITING_BYTES) this.#from.pause();
    this.pass();
  }

  #write(next: Waiting): void {
    if (next.bytes === null) {
      this.#waiting.shift();
      this.#to.end();
      return;
    }
    const { bytesPerSecond = Number.POSITIVE_INFINITY, sliceBytes = Number.POSITIVE_INFINITY, corruptEvery = 0 } = this.#toxics();
    const portion = Math.max(1, Math.floor(bytesPerSecond / PORTIONS_A_SECOND));
    const piece = Buffer.from(next.bytes.subarray(0, Math.min(next.bytes.length, portion, sliceBytes)));
    next.bytes = next.bytes.subarray(piece.length);
    if (next.bytes.length === 0) this.#waiting.shift();
    this.#waitingBytes -= piece.length;
    if (corruptEvery > 0)
      for (let at = corruptEvery - 1 - (this.#count % corruptEvery); at < piece.length; at += corruptEvery) piece[at] = ~(piece[at] ?? 0);
    this.#count += piece.length;
    this.#mayWriteAt = performance.now() + (piece.length / bytesPerSecond) * 1000;
    this.#passed(piece.length);
    this.#isFull = !this.#to.write(piece);
  }
}
