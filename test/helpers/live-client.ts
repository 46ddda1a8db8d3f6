import { WebSocket } from 'ws';
import type { LiveMessage } from '../../src/live/live-message.ts';
import { waitFor } from './wait-for.ts';

export interface LiveFrame {
  /** Since the connection was asked for. */
  readonly atMs: number;
  readonly bytes: Buffer;
}

/** A viewer of full motion that keeps all that it gets. */
export class LiveClient {
  readonly messages: (LiveMessage & { readonly atMs: number })[] = [];
  readonly frames: LiveFrame[] = [];
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  readonly #socket: WebSocket;
  readonly #startMs = performance.now();

  constructor(url: string, headers: Readonly<Record<string, string>> = {}) {
    this.#socket = new WebSocket(url, { headers });
    this.#socket.on('message', (content: Buffer, isBinary: boolean) => {
      const atMs = performance.now() - this.#startMs;
      if (isBinary) this.frames.push({ atMs, bytes: content });
      else this.messages.push({ ...(JSON.parse(content.toString()) as LiveMessage), atMs });
    });
    this.#socket.on('error', () => {});
    this.closed = new Promise((resolve) => this.#socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() })));
  }

  /** The stream's beginnings, in order. */
  get inits() {
    return this.messages.filter((message) => message.type === 'init');
  }

  get troubles() {
    return this.messages.filter((message) => message.type !== 'init');
  }

  get bytes(): Buffer {
    return Buffer.concat(this.frames.map(({ bytes }) => bytes));
  }

  async until(what: string, isMet: (client: this) => boolean, limitMs?: number): Promise<void> {
    await waitFor(what, () => isMet(this), limitMs);
  }

  /** Reads nothing from now on. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  async close(): Promise<void> {
    this.#socket.terminate();
    await this.closed;
  }
}
