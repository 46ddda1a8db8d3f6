/**
 * Buffers that are used again instead of being left to the garbage collector: a batch of 16 pictures is 4.3 MB, several times a second.
 * Batches come in few sizes (the ladder), so buffers are kept by their exact size, at most `keepPerSize` of each.
 */
export class BufferPool {
  readonly #keepPerSize: number;
  readonly #free = new Map<number, Uint8Array[]>();

  constructor(keepPerSize: number) {
    this.#keepPerSize = keepPerSize;
  }

  /** A buffer of exactly `bytes` with whatever content it had before. */
  take(bytes: number): Uint8Array {
    return this.#free.get(bytes)?.pop() ?? new Uint8Array(bytes);
  }

  /** Only for a buffer from `take` that nobody reads any more. */
  give(buffer: Uint8Array): void {
    const free = this.#free.get(buffer.length);
    if (!free) this.#free.set(buffer.length, [buffer]);
    else if (free.length < this.#keepPerSize && !free.includes(buffer)) free.push(buffer);
  }

  /** Bytes that lie unused. */
  get idleBytes(): number {
    let sum = 0;
    for (const [bytes, free] of this.#free) sum += bytes * free.length;
    return sum;
  }
}
