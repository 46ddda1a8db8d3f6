export interface Box {
  /** Four characters, such as `moof`. */
  readonly type: string;
  /** The whole box, its header included. */
  readonly bytes: Uint8Array;
  /** What stands behind the header. */
  readonly body: Uint8Array;
}

/** A picture of 8K in H.264 is not so large; what claims to be is no picture. */
export const LARGEST_BOX_BYTES: number = 16 * 1024 * 1024;

const HEADER_BYTES = 8;
const LARGE_HEADER_BYTES = 16;

/** Cuts a stream of bytes, which may come in any pieces, into the outermost boxes of an MP4 (ISO/IEC 14496-12, 4.2). Keeps at most one box. */
export class BoxSplitter {
  readonly #onBox: (box: Box) => void;
  readonly #header = new Uint8Array(LARGE_HEADER_BYTES);
  #headerBytes = HEADER_BYTES;
  #filled = 0;
  /** Allocated when its size is known and was found bearable; null while the header is read. */
  #box: Uint8Array | null = null;
  #complaint: string | null = null;

  constructor(onBox: (box: Box) => void) {
    this.#onBox = onBox;
  }

  /** Copies what it keeps. What is wrong with the stream, for a person; from then on nothing is read any more. Null while all is well. */
  push(bytes: Uint8Array): string | null {
    let rest = bytes;
    while (rest.length > 0 && this.#complaint === null) rest = this.#box ? this.#fill(this.#box, rest) : this.#readHeader(rest);
    return this.#complaint;
  }

  #readHeader(bytes: Uint8Array): Uint8Array {
    const taken = bytes.subarray(0, this.#headerBytes - this.#filled);
    this.#header.set(taken, this.#filled);
    this.#filled += taken.length;
    if (this.#filled === this.#headerBytes) this.#begin();
    return bytes.subarray(taken.length);
  }

  #begin(): void {
    const header = new DataView(this.#header.buffer);
    const short = header.getUint32(0);
    if (short === 1 && this.#headerBytes === HEADER_BYTES) {
      this.#headerBytes = LARGE_HEADER_BYTES;
      return;
    }
    const size = short === 1 ? Number(header.getBigUint64(HEADER_BYTES)) : short;
    const type = typeOf(this.#header);
    if (!/^[\x20-\x7e]{4}$/.test(type)) this.#complaint = 'it is no MP4: a box has no name';
    else if (size < this.#headerBytes) this.#complaint = `its box ${type} says that it has ${size} bytes`;
    else if (size > LARGEST_BOX_BYTES) this.#complaint = `its box ${type} says that it has ${size} bytes; ${LARGEST_BOX_BYTES} are allowed`;
    else {
      this.#box = new Uint8Array(size);
      this.#box.set(this.#header.subarray(0, this.#headerBytes));
      if (size === this.#headerBytes) this.#finish(this.#box);
    }
  }

  #fill(box: Uint8Array, bytes: Uint8Array): Uint8Array {
    const taken = bytes.subarray(0, box.length - this.#filled);
    box.set(taken, this.#filled);
    this.#filled += taken.length;
    if (this.#filled === box.length) this.#finish(box);
    return bytes.subarray(taken.length);
  }

  #finish(bytes: Uint8Array): void {
    const body = bytes.subarray(this.#headerBytes);
    this.#box = null;
    this.#filled = 0;
    this.#headerBytes = HEADER_BYTES;
    this.#onBox({ type: typeOf(bytes), bytes, body });
  }
}

/** Of a box, or of its header. */
function typeOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.subarray(4, HEADER_BYTES));
}
