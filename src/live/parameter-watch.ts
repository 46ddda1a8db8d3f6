import { findBox, viewOf } from './box-tree.ts';

/** The unit that holds size and profile of the pictures: its type, and how to read a unit's (ITU-T H.264 7.3.1, H.265 7.3.1.2). */
const SEQUENCE_PARAMETERS: Readonly<Record<string, (firstByte: number) => boolean>> = {
  avc1: (firstByte) => (firstByte & 0x1f) === 7,
  hvc1: (firstByte) => ((firstByte >> 1) & 0x3f) === 33,
};
/** ffmpeg writes each unit behind its length in so many bytes. */
const LENGTH_BYTES = 4;

/**
 * Sees when a camera's pictures become others (another size or profile) without a new connection. The beginning of the MP4, which is written once, is wrong then, and
 * players stop or draw nonsense.
 */
export class ParameterWatch {
  readonly #isParameters: ((firstByte: number) => boolean) | undefined;
  #known: Uint8Array | null = null;

  /** Of H.264 (`avc1`) and H.265 (`hvc1`); others are never seen to change. */
  constructor(family: string) {
    this.#isParameters = SEQUENCE_PARAMETERS[family];
  }

  /** Whether the key frame in this fragment (`moof` and `mdat`) begins other pictures than those before. */
  hasChanged(fragment: Uint8Array): boolean {
    const found = this.#parametersIn(findBox(fragment, 'mdat') ?? new Uint8Array());
    if (!found) return false;
    const known = this.#known;
    this.#known = found;
    return known !== null && Buffer.compare(known, found) !== 0;
  }

  #parametersIn(units: Uint8Array): Uint8Array | null {
    for (let at = 0; this.#isParameters && at + LENGTH_BYTES < units.length; ) {
      const end = at + LENGTH_BYTES + viewOf(units).getUint32(at);
      const unit = units.subarray(at + LENGTH_BYTES, end);
      const [firstByte] = unit;
      if (firstByte !== undefined && this.#isParameters(firstByte)) return unit;
      at = end;
    }
    return null;
  }
}
