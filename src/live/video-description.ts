import { boxesIn, findBox, viewOf } from './box-tree.ts';

/** What the header of an MP4 says of its video. */
export interface VideoDescription {
  /** As RFC 6381 writes it for browsers, e.g. `avc1.640028`; the name of the sample entry alone where there is no more to say. */
  readonly codec: string;
  /** What a viewer says that it can play: `avc1`, `hvc1`; else whatever the stream is called. */
  readonly family: string;
  readonly width: number;
  readonly height: number;
  /** What holds for samples of which a fragment says nothing else. */
  readonly defaultSampleFlags: number;
}

/** Before the boxes of a visual sample entry stand so many bytes (ISO/IEC 14496-12, 12.1.3); width and height among them. */
const ENTRY_BYTES = 78;
const [WIDTH_AT, HEIGHT_AT] = [24, 26];
/** A full box begins with version and flags; a list in it with its length. */
const FULL_BOX_BYTES = 4;
const LIST_HEAD_BYTES = 8;

/** Reads the body of `moov`; a sentence's end for a person when it describes no video. */
export function describeVideo(moov: Uint8Array): VideoDescription | string {
  const stsd = findBox(moov, 'trak', 'mdia', 'minf', 'stbl', 'stsd');
  const entry = stsd && [...boxesIn(stsd.subarray(LIST_HEAD_BYTES))][0];
  if (!entry || entry.body.length < ENTRY_BYTES) return 'its header describes no video';
  const view = viewOf(entry.body);
  const [width, height] = [view.getUint16(WIDTH_AT), view.getUint16(HEIGHT_AT)];
  if (width === 0 || height === 0) return 'its header gives no size of the picture';
  const parts = entry.body.subarray(ENTRY_BYTES);
  const codec = codecOf(entry.type, parts);
  if (codec === null) return `its header has no parameters of the codec (${entry.type})`;
  return { codec, family: codec.slice(0, 4), width, height, defaultSampleFlags: defaultFlags(moov) };
}

function codecOf(entry: string, parts: Uint8Array): string | null {
  switch (entry) {
    case 'avc1':
    case 'avc3':
      return avcCodec(findBox(parts, 'avcC'));
    case 'hvc1':
    case 'hev1':
      return hevcCodec(findBox(parts, 'hvcC'));
    default:
      return entry;
  }
}

/** Profile, constraints and level, as RFC 6381 puts them. */
function avcCodec(avcC: Uint8Array | undefined): string | null {
  if (!avcC || avcC.length < 4) return null;
  return `avc1.${Buffer.from(avcC.subarray(1, 4)).toString('hex').toUpperCase()}`;
}

/** ISO/IEC 14496-15, E.3: profile, compatibility (its bits the other way round), tier and level, then constraints without the zeros at their end. */
function hevcCodec(hvcC: Uint8Array | undefined): string | null {
  if (!hvcC || hvcC.length < 13) return null;
  const [, profile = 0] = hvcC;
  const space = ['', 'A', 'B', 'C'][profile >> 6] ?? '';
  const compatibility = reversedBits(viewOf(hvcC).getUint32(2)).toString(16).toUpperCase();
  const tier = (profile & 0x20) === 0 ? 'L' : 'H';
  const constraints = [...hvcC.subarray(6, 12)];
  while (constraints.at(-1) === 0) constraints.pop();
  const parts = [`${space}${profile & 0x1f}`, compatibility, `${tier}${hvcC[12]}`, ...constraints.map((byte) => byte.toString(16).toUpperCase())];
  return `hvc1.${parts.join('.')}`;
}

function reversedBits(word: number): number {
  let reversed = 0;
  for (let bit = 0; bit < 32; bit += 1) reversed = (reversed << 1) | ((word >>> bit) & 1);
  return reversed >>> 0;
}

/** `trex`: track, description, duration, size, flags. */
function defaultFlags(moov: Uint8Array): number {
  const trex = findBox(moov, 'mvex', 'trex');
  return trex && trex.length >= FULL_BOX_BYTES + 20 ? viewOf(trex).getUint32(FULL_BOX_BYTES + 16) : 0;
}
