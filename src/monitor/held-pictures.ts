import type { PictureMemory } from '../stream/picture-memory.ts';

/** Pictures that are held beyond their verdict, raw, by several holders under one limit: a picture that several hold counts once. */
export class HeldPictures {
  readonly #memory: Pick<PictureMemory, 'hold' | 'release'>;
  readonly #mostBytes: number;
  readonly #holders = new Map<Uint8Array, number>();
  #bytes = 0;

  constructor(memory: Pick<PictureMemory, 'hold' | 'release'>, mostBytes: number) {
    this.#memory = memory;
    this.#mostBytes = mostBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** False when there is no room for it: then it is not held. */
  hold(pixels: Uint8Array): boolean {
    const holders = this.#holders.get(pixels) ?? 0;
    if (holders === 0) {
      if (this.#bytes + pixels.length > this.#mostBytes) return false;
      this.#bytes += pixels.length;
      this.#memory.hold(pixels);
    }
    this.#holders.set(pixels, holders + 1);
    return true;
  }

  /** Once for each `hold` that gave true. */
  release(pixels: Uint8Array): void {
    const holders = this.#holders.get(pixels) ?? 0;
    if (holders > 1) this.#holders.set(pixels, holders - 1);
    else if (this.#holders.delete(pixels)) {
      this.#bytes -= pixels.length;
      this.#memory.release(pixels);
    }
  }
}
