import { AppendQueue } from './append-queue.ts';

const PACKET_BYTES = 188;
/** Programme tables as the server's coder numbers them: PAT and PMT. */
const TABLE_PIDS: ReadonlySet<number> = new Set([0x0000, 0x1000]);
const MOST_WAITING_BYTES = 4 * 1024 * 1024;
/** What has waited for so long will not be seen in time any more, ms. */
const LATE_MS = 400;

/**
 * What waits to be decoded, pieces of an MPEG transport stream of which each key frame begins one. A decoder that is too slow, or stands still because nobody sees the page,
 * does not get further and further behind: with a key frame it goes on at the newest picture, and what it had not come to is left out.
 */
export class PictureQueue {
  readonly #pieces: AppendQueue;
  /** When the oldest piece came. Only whole queues are left out, so that one time will do. */
  #sinceMs: number | null = null;
  #waitsForKey = true;

  constructor(limitBytes: number = MOST_WAITING_BYTES) {
    this.#pieces = new AppendQueue(limitBytes);
  }

  get bytes(): number {
    return this.#pieces.bytes;
  }

  push(piece: Uint8Array, nowMs: number): void {
    if (beginsWithKeyFrame(piece)) {
      if (this.isLate(nowMs)) this.clear();
      this.#waitsForKey = false;
    }
    if (this.#waitsForKey) return;
    this.#sinceMs ??= nowMs;
    if (this.#pieces.push(piece)) return;
    this.clear();
  }

  /** The oldest piece; null when nothing waits. */
  take(): Uint8Array | null {
    const piece = this.#pieces.take(1);
    if (this.#pieces.bytes === 0) this.#sinceMs = null;
    return piece;
  }

  /** The decoder has not come to the end for some time. */
  isLate(nowMs: number): boolean {
    return this.#sinceMs !== null && nowMs - this.#sinceMs > LATE_MS;
  }

  /** Goes on with the next key frame. */
  clear(): void {
    this.#pieces.clear();
    this.#sinceMs = null;
    this.#waitsForKey = true;
  }
}

/** Whether its first picture is one with which decoding may start (ISO/IEC 13818-1, 2.4.3.4: random_access_indicator). */
function beginsWithKeyFrame(piece: Uint8Array): boolean {
  for (let at = 0; at + PACKET_BYTES <= piece.length; at += PACKET_BYTES) {
    const [, first = 0, second = 0, third = 0, adaptationBytes = 0, flags = 0] = piece.subarray(at, at + 6);
    if (TABLE_PIDS.has(((first & 0x1f) << 8) | second)) continue;
    return (first & 0x40) !== 0 && (third & 0x20) !== 0 && adaptationBytes > 0 && (flags & 0x40) !== 0;
  }
  return false;
}
