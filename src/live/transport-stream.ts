import type { Chunk } from './chunk.ts';

const PACKET_BYTES = 188;
const SYNC_BYTE = 0x47;
/** Programme tables: PAT always, PMT as ffmpeg numbers it. They belong to what follows them. */
const TABLE_PIDS: ReadonlySet<number> = new Set([0x0000, 0x1000]);

/** Cuts an MPEG transport stream (ISO/IEC 13818-1, 2.4.3), which may come in any pieces, into chunks of whole packets that begin anew at each key frame. */
export class TransportStreamReader {
  readonly #onChunk: (chunk: Chunk) => void;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(onChunk: (chunk: Chunk) => void) {
    this.#onChunk = onChunk;
  }

  /** What is wrong with the stream, for a person; null while all is well. */
  push(bytes: Uint8Array): string | null {
    const all = new Uint8Array(this.#rest.length + bytes.length);
    all.set(this.#rest);
    all.set(bytes, this.#rest.length);
    const whole = all.length - (all.length % PACKET_BYTES);
    let start = 0;
    let isKey = false;
    let tablesFrom: number | null = null;
    for (let at = 0; at < whole; at += PACKET_BYTES) {
      const packet = all.subarray(at, at + PACKET_BYTES);
      if (packet[0] !== SYNC_BYTE) return 'its transport stream has lost its packets';
      if (TABLE_PIDS.has(pidOf(packet))) {
        tablesFrom ??= at;
        continue;
      }
      if (beginsKeyFrame(packet)) {
        const from = tablesFrom ?? at;
        this.#emit(all.subarray(start, from), isKey);
        start = from;
        isKey = true;
      }
      tablesFrom = null;
    }
    // Tables at the end wait for what they belong to.
    const end = tablesFrom ?? whole;
    this.#emit(all.subarray(start, end), isKey);
    this.#rest = all.slice(end);
    return null;
  }

  #emit(bytes: Uint8Array, isKey: boolean): void {
    if (bytes.length > 0) this.#onChunk({ bytes, isKey });
  }
}

function pidOf(packet: Uint8Array): number {
  return (((packet[1] ?? 0) & 0x1f) << 8) | (packet[2] ?? 0);
}

/** It starts a picture, and its adaptation field says that decoding may start here (random_access_indicator). */
function beginsKeyFrame(packet: Uint8Array): boolean {
  const startsUnit = ((packet[1] ?? 0) & 0x40) !== 0;
  const hasAdaptation = ((packet[3] ?? 0) & 0x20) !== 0 && (packet[4] ?? 0) > 0;
  return startsUnit && hasAdaptation && ((packet[5] ?? 0) & 0x40) !== 0;
}
