import WebSocket from 'ws';
import type { LabelEvent } from '../../src/events/label-event.ts';

export interface FeedClient {
  /** Parsed text messages, in order. */
  readonly messages: readonly Record<string, unknown>[];
  /** When each of them came, wall clock, ms. */
  readonly cameAt: readonly number[];
  readonly events: readonly LabelEvent[];
  /** When each event came, wall clock, ms. */
  readonly eventsCameAt: readonly number[];
  /** Camera id and JPEG of each binary message. */
  readonly tiles: readonly { readonly cameraId: string; readonly frameSequence: bigint; readonly jpeg: Buffer }[];
  watch(cameraIds: readonly string[]): void;
  close(): void;
}

/** A WebSocket client of the feed; resolves after `hello`. */
export async function connectFeed(port: number, after?: number): Promise<FeedClient> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws${after === undefined ? '' : `?after=${after}`}`);
  const messages: Record<string, unknown>[] = [];
  const cameAt: number[] = [];
  const events: LabelEvent[] = [];
  const eventsCameAt: number[] = [];
  const tiles: { cameraId: string; frameSequence: bigint; jpeg: Buffer }[] = [];
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.on('message', (bytes: Buffer, isBinary) => {
      if (isBinary) {
        const end = 2 + (bytes[1] ?? 0);
        tiles.push({ cameraId: bytes.subarray(2, end).toString(), frameSequence: bytes.readBigUInt64BE(end), jpeg: bytes.subarray(end + 8) });
        return;
      }
      const message = JSON.parse(bytes.toString()) as Record<string, unknown>;
      messages.push(message);
      cameAt.push(Date.now());
      if (message['type'] === 'event') {
        events.push(message['event'] as LabelEvent);
        eventsCameAt.push(Date.now());
      }
      if (message['type'] === 'hello') resolve();
    });
  });
  return {
    ...{ messages, cameAt, events, eventsCameAt, tiles },
    watch: (ids) => socket.send(JSON.stringify({ type: 'watch', tiles: ids, classifications: ids })),
    close: () => socket.terminate(),
  };
}
