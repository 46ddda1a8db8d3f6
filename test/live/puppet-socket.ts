import type { LiveMessage } from '../../src/live/live-message.ts';
import type { LiveSocket } from '../../src/live/live-viewer.ts';

/** A socket that reads all, or nothing. */
export class PuppetSocket implements LiveSocket {
  bufferedAmount = 0;
  reads = true;
  readonly sent: (string | Uint8Array)[] = [];
  closed: { readonly code: number; readonly reason: string } | 'terminated' | null = null;

  send(message: string | Uint8Array): void {
    this.sent.push(message);
    if (!this.reads) this.bufferedAmount += message.length;
  }

  close(code: number, reason: string): void {
    this.closed = { code, reason };
  }

  terminate(): void {
    this.closed = 'terminated';
  }

  get messages(): LiveMessage[] {
    return this.sent.filter((one) => typeof one === 'string').map((text) => JSON.parse(text) as LiveMessage);
  }

  get frames(): Uint8Array[] {
    return this.sent.filter((one) => typeof one !== 'string');
  }
}

/** What a stage tells of itself, in order. */
export class NotedObserver {
  readonly drops: string[] = [];
  readonly viewers: [string, number][] = [];
  readonly children: Record<string, number> = { passthrough: 0, mpeg1: 0 };

  liveDropped(reason: string): void {
    this.drops.push(reason);
  }

  liveViewers(camera: string, count: number): void {
    this.viewers.push([camera, count]);
  }

  liveChildren(kind: string, by: number): void {
    this.children[kind] = (this.children[kind] ?? 0) + by;
  }
}
