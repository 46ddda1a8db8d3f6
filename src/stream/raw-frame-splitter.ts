/**
 * Cuts a byte stream into pictures. The sizes are not assumed but announced, one for each picture, by a second pipe: so a stream that
 * changes its shape in flight stays aligned. Announcement and bytes may come in either order. Each picture gets a buffer of its own.
 */
export class RawFrameSplitter<Tag> {
  readonly #onFrame: (tag: Tag, pixels: Uint8Array) => void;
  readonly #announced: Announced<Tag>[] = [];
  readonly #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #open: Open<Tag> | undefined;

  constructor(onFrame: (tag: Tag, pixels: Uint8Array) => void) {
    this.#onFrame = onFrame;
  }

  /** The next picture not yet announced has `bytes` bytes (> 0). */
  announce(tag: Tag, bytes: number): void {
    this.#announced.push({ bytes, kept: { tag } });
    this.#advance();
  }

  /** The next picture not yet announced has `bytes` bytes (> 0) and is to be thrown away. */
  announceUnwanted(bytes: number): void {
    this.#announced.push({ bytes, kept: null });
    this.#advance();
  }

  push(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.#waiting.push(chunk);
    this.#waitingBytes += chunk.length;
    this.#advance();
  }

  /** Bytes that came before their announcement. The owner must give up when this grows: the two pipes have lost each other. */
  get unannouncedBytes(): number {
    return this.#waitingBytes;
  }

  /**
   * Drops what is left when the stream has ended (never to be joined with the bytes of another process) and says how many pictures that
   * were: begun or announced, but not whole.
   */
  end(): number {
    const begun = this.#open !== undefined || this.#waitingBytes > 0 ? 1 : 0;
    const lost = begun + this.#announced.length;
    this.#announced.length = 0;
    this.#waiting.length = 0;
    this.#waitingBytes = 0;
    this.#open = undefined;
    return lost;
  }

  #advance(): void {
    for (let chunk = this.#waiting[0]; chunk; chunk = this.#waiting[0]) {
      this.#open ??= this.#next();
      const open = this.#open;
      if (!open) return;
      const taken = Math.min(chunk.length, open.bytes - open.filled);
      if (open.kept) chunk.copy(open.kept.pixels, open.filled, 0, taken);
      open.filled += taken;
      this.#waitingBytes -= taken;
      if (taken === chunk.length) this.#waiting.shift();
      else this.#waiting[0] = chunk.subarray(taken);
      if (open.filled < open.bytes) continue;
      this.#open = undefined;
      if (open.kept) this.#onFrame(open.kept.tag, open.kept.pixels);
    }
  }

  #next(): Open<Tag> | undefined {
    const announced = this.#announced.shift();
    if (!announced) return undefined;
    const { bytes, kept } = announced;
    return { bytes, filled: 0, kept: kept && { tag: kept.tag, pixels: Buffer.allocUnsafeSlow(bytes) } };
  }
}

interface Announced<Tag> {
  readonly bytes: number;
  readonly kept: { readonly tag: Tag } | null;
}

interface Open<Tag> {
  readonly bytes: number;
  filled: number;
  readonly kept: { readonly tag: Tag; readonly pixels: Buffer } | null;
}
