import WebSocket from 'ws';
import type { LatencyLedger } from '../events/label-event.ts';
import { FramewatchError } from '../util/errors.ts';
import type { Closable } from '../util/lifecycle.ts';

/** The ledger of every verdict, as the measured daemon's own WebSocket feed tells it. */
export class VerdictFeed implements Closable {
  readonly #url: string;
  #socket: WebSocket | undefined;
  #ledgers: LatencyLedger[] = [];
  #isOpen = false;

  /** `url`: of the daemon's dashboard. */
  constructor(url: string) {
    this.#url = url;
  }

  /** Resolves when connected; throws INTERNAL when that fails. */
  async open(): Promise<void> {
    const socket = new WebSocket(`${this.#url.replace(/^http/, 'ws')}/ws`);
    this.#socket = socket;
    socket.on('message', (bytes: Buffer, isBinary) => !isBinary && this.#read(bytes.toString()));
    socket.on('close', () => {
      this.#isOpen = false;
    });
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve);
      socket.on('error', (cause) => reject(new FramewatchError('INTERNAL', 'the feed of the measured daemon cannot be read', { cause })));
    });
    this.#isOpen = true;
  }

  /** Follows the verdicts of exactly these cameras. */
  watch(cameraIds: readonly string[]): void {
    this.#socket?.send(JSON.stringify({ type: 'watch', tiles: [], classifications: cameraIds }));
  }

  /** Forgets what came so far: what is measured begins now. */
  restart(): void {
    this.#ledgers = [];
  }

  /** Since `restart`. Throws INTERNAL when the daemon broke the connection: then there would be too few. */
  ledgers(): readonly LatencyLedger[] {
    if (!this.#isOpen) throw new FramewatchError('INTERNAL', 'the measured daemon closed its feed');
    return this.#ledgers;
  }

  close(): Promise<void> {
    this.#socket?.terminate();
    return Promise.resolve();
  }

  #read(text: string): void {
    const message = JSON.parse(text) as { type: string; latencyMs?: LatencyLedger };
    if (message.type === 'classification' && message.latencyMs) this.#ledgers.push(message.latencyMs);
  }
}
