/** What a receiver of RFC 6184 (non-interleaved mode) does with payloads, to check what the packetizer makes. */
export class RtpDepacketizer {
  readonly nals: Buffer[] = [];
  #fragment: Buffer[] | null = null;

  push(payload: Buffer): void {
    const indicator = payload.readUInt8(0);
    if ((indicator & 0x1f) !== 28) {
      if (this.#fragment) throw new Error('a fragmented unit was not finished');
      this.nals.push(payload);
      return;
    }
    const header = payload.readUInt8(1);
    const starts = (header & 0x80) !== 0;
    const ends = (header & 0x40) !== 0;
    if (starts && ends) throw new Error('a fragment must not start and end the same unit');
    if (starts !== (this.#fragment === null)) throw new Error('fragments out of order');
    this.#fragment ??= [Buffer.from([(indicator & 0xe0) | (header & 0x1f)])];
    this.#fragment.push(payload.subarray(2));
    if (!ends) return;
    this.nals.push(Buffer.concat(this.#fragment));
    this.#fragment = null;
  }
}
