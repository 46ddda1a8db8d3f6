/** What waits to be put into a SourceBuffer, which takes one piece at a time. Bounded: a browser that takes nothing must not fill the memory. */
export class AppendQueue {
  readonly #limitBytes: number;
  #pieces: Uint8Array[] = [];
  #bytes = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** False: it would be more than may wait, and is not taken. Of a stream of which a piece is missing the rest is of no use. */
  push(piece: Uint8Array): boolean {
    if (this.#bytes + piece.length > this.#limitBytes) return false;
    this.#pieces.push(piece);
    this.#bytes += piece.length;
    return true;
  }

  /** The oldest pieces in one, as many as fit into `atMost` bytes, one at least; null when nothing waits. */
  take(atMost: number): Uint8Array | null {
    const [first] = this.#pieces;
    if (!first) return null;
    let count = 1;
    let bytes = first.length;
    for (const piece of this.#pieces.slice(1)) {
      if (bytes + piece.length > atMost) break;
      count += 1;
      bytes += piece.length;
    }
    const taken = this.#pieces.splice(0, count);
    this.#bytes -= bytes;
    return count === 1 ? first : joined(taken, bytes);
  }

  /** What was taken, and was not accepted after all, is the next again. It may exceed the limit, for it was there before. */
  putBack(piece: Uint8Array): void {
    this.#pieces.unshift(piece);
    this.#bytes += piece.length;
  }

  clear(): void {
    this.#pieces = [];
    this.#bytes = 0;
  }
}

function joined(pieces: readonly Uint8Array[], bytes: number): Uint8Array {
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
