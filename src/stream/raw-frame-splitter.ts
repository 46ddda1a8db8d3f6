/** Between two pictures a stream is read into this, so that a camera that shows nothing holds no picture. One for all: who reads takes at once. */
const BETWEEN_PICTURES: Uint8Array = new Uint8Array(64 * 1024);

/**
 * Cuts a byte stream into pictures. The sizes are not assumed but announced, one for each picture, by a second pipe: so a stream that
 * changes its shape in flight stays aligned. Announcement and bytes may come in either order. Who reads into `room` spares the copy: the next
 * picture is begun at the size of the one before, and only where that proves wrong bytes are moved. Each picture gets a buffer of its own.
 */
export class RawFrameSplitter<Tag> {
  readonly #allocate: (bytes: number) => Uint8Array;
  readonly #onFrame: (tag: Tag, pixels: Uint8Array) => void;
  readonly #announced: Announced<Tag>[] = [];
  /** What was read and is not delivered: only of the first may a part be used up, only the last may be unfilled in part. */
  readonly #pieces: Piece[] = [];
  #usualBytes: number = BETWEEN_PICTURES.length;

  /** `allocate` gives a buffer of exactly so many bytes. What it gave for a picture that did not become whole is not given back: a read may still be on its way there. */
  constructor(allocate: (bytes: number) => Uint8Array, onFrame: (tag: Tag, pixels: Uint8Array) => void) {
    this.#allocate = allocate;
    this.#onFrame = onFrame;
  }

  /** The next picture not yet announced has `bytes` bytes (> 0). */
  announce(tag: Tag, bytes: number): void {
    this.#announced.push({ bytes, kept: { tag }, skipped: 0 });
    this.#advance();
  }

  /** The next picture not yet announced has `bytes` bytes (> 0) and is to be thrown away. */
  announceUnwanted(bytes: number): void {
    this.#announced.push({ bytes, kept: null, skipped: 0 });
    this.#advance();
  }

  /** Where the next bytes are best read to before they are pushed: mostly where they belong. Never empty; valid until other bytes are pushed. */
  room(): Uint8Array {
    const last = this.#pieces.at(-1);
    return last && last.end < last.bytes.length ? last.bytes.subarray(last.end) : BETWEEN_PICTURES;
  }

  /** The next bytes of the stream: copied, unless they stand at the beginning of `room` already. */
  push(chunk: Uint8Array): void {
    const last = this.#pieces.at(-1);
    if (last && chunk.buffer === last.bytes.buffer && chunk.byteOffset === last.bytes.byteOffset + last.end) {
      last.end += chunk.length;
      this.#advance();
      return;
    }
    for (let at = 0; at < chunk.length; this.#advance()) {
      const piece = this.#unfilled();
      const part = chunk.subarray(at, at + piece.bytes.length - piece.end);
      piece.bytes.set(part, piece.end);
      piece.end += part.length;
      at += part.length;
    }
  }

  /** Bytes that came before their announcement. The owner must give up when this grows: the two pipes have lost each other. */
  get unannouncedBytes(): number {
    return this.#announced.length > 0 ? 0 : this.#pieces.reduce((sum, { from, end }) => sum + end - from, 0);
  }

  /**
   * Drops what is left when the stream has ended (never to be joined with the bytes of another process) and says how many pictures that
   * were: begun or announced, but not whole.
   */
  end(): number {
    const lost = Math.max(this.#announced.length, this.unannouncedBytes > 0 ? 1 : 0);
    this.#announced.length = 0;
    this.#pieces.length = 0;
    return lost;
  }

  #unfilled(): Piece {
    const last = this.#pieces.at(-1);
    if (last && last.end < last.bytes.length) return last;
    const next = this.#announced[0];
    const piece = this.#begun(next?.kept ? next.bytes : this.#usualBytes);
    this.#pieces.push(piece);
    return piece;
  }

  #begun(bytes: number): Piece {
    return { bytes: this.#allocate(bytes), from: 0, end: 0 };
  }

  #advance(): void {
    for (let next = this.#announced[0]; next; next = this.#announced[0]) {
      const isThrough = next.kept ? this.#deliver(next.kept.tag, next.bytes) : this.#skip(next);
      if (!isThrough) return;
    }
  }

  #deliver(tag: Tag, bytes: number): boolean {
    const pixels = this.#whole(bytes);
    if (!pixels) return false;
    this.#announced.shift();
    this.#usualBytes = bytes;
    this.#onFrame(tag, pixels);
    return true;
  }

  #skip(unwanted: Announced<Tag>): boolean {
    for (let piece = this.#pieces[0]; piece && unwanted.skipped < unwanted.bytes; piece = this.#pieces[0]) {
      const bytes = Math.min(piece.end - piece.from, unwanted.bytes - unwanted.skipped);
      unwanted.skipped += bytes;
      this.#use(piece, bytes);
    }
    if (unwanted.skipped < unwanted.bytes) return false;
    this.#announced.shift();
    return true;
  }

  /** The first `bytes` bytes, in a buffer of just that size, once all are there. */
  #whole(bytes: number): Uint8Array | undefined {
    const first = this.#pieces[0];
    if (!first) return undefined;
    const picture = first.from === 0 && first.bytes.length === bytes ? first : this.#moved(bytes);
    if (picture.end < bytes) return undefined;
    this.#pieces.shift();
    return picture.bytes;
  }

  /** A piece of `bytes` bytes with what is there of them, in place of those that held it. */
  #moved(bytes: number): Piece {
    const picture = this.#begun(bytes);
    for (let piece = this.#pieces[0]; piece && picture.end < bytes; piece = this.#pieces[0]) {
      const part = piece.bytes.subarray(piece.from, Math.min(piece.end, piece.from + bytes - picture.end));
      picture.bytes.set(part, picture.end);
      picture.end += part.length;
      this.#use(piece, part.length);
    }
    this.#pieces.unshift(picture);
    return picture;
  }

  #use(first: Piece, bytes: number): void {
    first.from += bytes;
    if (first.from === first.end) this.#pieces.shift();
  }
}

interface Announced<Tag> {
  readonly bytes: number;
  readonly kept: { readonly tag: Tag } | null;
  /** Bytes of an unwanted picture that were thrown away. */
  skipped: number;
}

/** `bytes` from `from` to `end` was read and is not used up. */
interface Piece {
  readonly bytes: Uint8Array;
  from: number;
  end: number;
}
