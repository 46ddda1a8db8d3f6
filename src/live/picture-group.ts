import type { Chunk } from './chunk.ts';

/** Eight seconds from key frame to key frame at 8 Mbit/s. */
const LARGEST_GROUP_BYTES = 8 * 1024 * 1024;

/** What has come since the newest key frame: with it the next viewer has a picture at once. */
export class PictureGroup {
  readonly #limitBytes: number;
  #chunks: Chunk[] = [];
  #bytes = 0;

  constructor(limitBytes: number = LARGEST_GROUP_BYTES) {
    this.#limitBytes = limitBytes;
  }

  /** Empty until a key frame has come, and after a group that was too large until the next. */
  get chunks(): readonly Chunk[] {
    return this.#chunks;
  }

  /** `cut`: the group has become too large and is no longer kept. `ignored`: there is no key frame that it belongs to. */
  add(chunk: Chunk): 'kept' | 'cut' | 'ignored' {
    if (chunk.isKey) this.clear();
    else if (this.#chunks.length === 0) return 'ignored';
    this.#chunks.push(chunk);
    this.#bytes += chunk.bytes.length;
    if (this.#bytes <= this.#limitBytes) return 'kept';
    this.clear();
    return 'cut';
  }

  clear(): void {
    this.#chunks = [];
    this.#bytes = 0;
  }
}
