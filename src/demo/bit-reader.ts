/** Reads the bits of an H.264 payload (ITU-T H.264, 7.2 and 9.1), leaving out emulation prevention bytes. */
export class BitReader {
  readonly #bytes: Buffer;
  #byte = 0;
  #bit = 0;
  #zeros = 0;

  /** `payload` is a NAL unit without its first byte. */
  constructor(payload: Buffer) {
    this.#bytes = payload;
  }

  /** An unsigned number of `count` (at most 32) bits. */
  bits(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i += 1) value = value * 2 + this.#nextBit();
    return value;
  }

  /** An unsigned Exp-Golomb number, ue(v). */
  unsigned(): number {
    let leadingZeros = 0;
    while (this.bits(1) === 0) {
      leadingZeros += 1;
      if (leadingZeros > 31) throw new RangeError('an Exp-Golomb number is too long');
    }
    return 2 ** leadingZeros - 1 + this.bits(leadingZeros);
  }

  #nextBit(): number {
    const current = this.#bytes[this.#byte];
    if (current === undefined) throw new RangeError('the NAL unit ends too early');
    const bit = (current >> (7 - this.#bit)) & 1;
    this.#bit += 1;
    if (this.#bit === 8) this.#nextByte(current);
    return bit;
  }

  #nextByte(read: number): void {
    this.#bit = 0;
    this.#byte += 1;
    this.#zeros = read === 0 ? this.#zeros + 1 : 0;
    if (this.#zeros < 2 || this.#bytes[this.#byte] !== 3) return;
    this.#byte += 1;
    this.#zeros = 0;
  }
}
