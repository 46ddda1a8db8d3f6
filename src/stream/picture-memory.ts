import { FramewatchError } from '../util/errors.ts';

/** Bytes that lie ready at most: some dozens of pictures of 640 × 360. */
const MOST_READY_BYTES = 64 * 1024 * 1024;
const READY = -1;

/**
 * The memory of the cameras' pictures, used again instead of being left to the garbage collector: at fifteen megabytes a second it would walk the
 * whole heap more than once a second. Those who need a picture beyond the call that gave it to them `hold` it, and `release` it; with the last
 * release it is written over by the next one. To forget a release does no harm, as what is never released is collected like everything else.
 * Pixels from elsewhere may be held and released, too: nothing comes of it. All methods are synchronous.
 */
export class PictureMemory {
  /** Holders of a picture that was taken here, or READY. Weak, so that a picture which nobody releases does not live for ever. */
  readonly #holders = new WeakMap<Uint8Array, number>();
  readonly #ready: Uint8Array[] = [];
  #readyBytes = 0;

  /** Exactly `bytes` bytes, of any content, that nobody holds yet. */
  take(bytes: number): Uint8Array {
    const at = this.#ready.findLastIndex(({ length }) => length === bytes);
    const [picture = Buffer.allocUnsafeSlow(bytes)] = at < 0 ? [] : this.#ready.splice(at, 1);
    if (at >= 0) this.#readyBytes -= bytes;
    this.#holders.set(picture, 0);
    return picture;
  }

  hold(pixels: Uint8Array): void {
    const holders = this.#holdersOf(pixels);
    if (holders !== null) this.#holders.set(pixels, holders + 1);
  }

  /** Once for each `hold`. */
  release(pixels: Uint8Array): void {
    const holders = this.#holdersOf(pixels);
    if (holders === null) return;
    if (holders === 0) throw new FramewatchError('INTERNAL', 'a picture was given back that nobody held; please report this');
    this.#holders.set(pixels, holders > 1 ? holders - 1 : READY);
    if (holders > 1) return;
    this.#ready.push(pixels);
    this.#readyBytes += pixels.length;
    // The oldest go first: they may be of a size that no camera has any more.
    while (this.#readyBytes > MOST_READY_BYTES) this.#readyBytes -= this.#ready.shift()?.length ?? 0;
  }

  /** It is never written over from now on: whoever has it may have it for as long as he likes. For those who cannot say when they are through. */
  keep(pixels: Uint8Array): void {
    if (this.#holdersOf(pixels) !== null) this.#holders.delete(pixels);
  }

  get readyBytes(): number {
    return this.#readyBytes;
  }

  /** Null for pixels from elsewhere, and for kept ones. Throws INTERNAL for a picture that was given back: it may be another one by now. */
  #holdersOf(pixels: Uint8Array): number | null {
    const holders = this.#holders.get(pixels) ?? null;
    if (holders === READY) throw new FramewatchError('INTERNAL', 'a picture was used after it was given back; please report this');
    return holders;
  }
}
