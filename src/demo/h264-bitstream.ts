import { BitReader } from './bit-reader.ts';

/** A progressive H.264 stream taken apart. Buffers are views of the bytes it was read from. */
export interface H264Stream {
  /** The first sequence and picture parameter set, without start codes. */
  readonly sps: Buffer;
  readonly pps: Buffer;
  /** In decoding order. */
  readonly units: readonly AccessUnit[];
}

/** All NAL units of one picture. */
export interface AccessUnit {
  readonly nals: readonly Buffer[];
  /** An IDR picture: a decoder may begin here. */
  readonly key: boolean;
  /** The picture's place in the order of display, over the whole stream, from 0. */
  readonly displayIndex: number;
}

export const NAL = { slice: 1, idr: 5, sei: 6, sps: 7, pps: 8, delimiter: 9 } as const;

/** The lower five bits of a NAL unit's first byte. */
export function nalType(nal: Buffer): number {
  return (nal[0] ?? 0) & 0x1f;
}

/**
 * Reads an Annex B byte stream (ITU-T H.264). Understands what encoders of cameras write: progressive pictures, order counts of
 * type 0 or 2, no scaling matrices. Throws a RangeError with a sentence when it meets anything else.
 */
export function readH264(annexB: Buffer): H264Stream {
  const nals = splitNalUnits(annexB);
  const sps = nals.find((nal) => nalType(nal) === NAL.sps);
  const pps = nals.find((nal) => nalType(nal) === NAL.pps);
  if (!sps || !pps) throw new RangeError('the stream has no parameter sets');
  const order = readSequence(sps);
  const pictures = groupPictures(nals);
  return { sps, pps, units: inDisplayOrder(pictures, orderCounts(pictures, order)) };
}

/** The NAL units between start codes, without these and without padding zeros. */
export function splitNalUnits(annexB: Buffer): Buffer[] {
  const nals: Buffer[] = [];
  let start = -1;
  for (let at = annexB.indexOf(START_CODE); at >= 0; at = annexB.indexOf(START_CODE, at + 3)) {
    if (start >= 0) nals.push(withoutTrailingZeros(annexB.subarray(start, at)));
    start = at + 3;
  }
  if (start >= 0) nals.push(withoutTrailingZeros(annexB.subarray(start)));
  return nals.filter((nal) => nal.length > 0);
}

const START_CODE = Buffer.from([0, 0, 1]);
/** Profiles whose sequence parameter set carries the chroma fields (7.3.2.1.1). */
const HIGH_PROFILES: ReadonlySet<number> = new Set([44, 83, 86, 100, 110, 118, 122, 128, 138, 139, 134, 135, 244]);

interface SequenceOrder {
  readonly frameNumberBits: number;
  /** 0: the order count is not written (type 2): display order is decoding order. */
  readonly orderCountBits: number;
}

function readSequence(sps: Buffer): SequenceOrder {
  const bits = new BitReader(sps.subarray(1));
  const profile = bits.bits(8);
  bits.bits(16);
  bits.unsigned();
  if (HIGH_PROFILES.has(profile)) skipChroma(bits);
  const frameNumberBits = bits.unsigned() + 4;
  const orderCountType = bits.unsigned();
  if (orderCountType === 1) throw new RangeError('picture order counts of type 1 are not supported');
  const orderCountBits = orderCountType === 0 ? bits.unsigned() + 4 : 0;
  bits.unsigned();
  bits.bits(1);
  bits.unsigned();
  bits.unsigned();
  if (bits.bits(1) === 0) throw new RangeError('interlaced video is not supported');
  return { frameNumberBits, orderCountBits };
}

function skipChroma(bits: BitReader): void {
  if (bits.unsigned() === 3) throw new RangeError('4:4:4 video is not supported');
  bits.unsigned();
  bits.unsigned();
  bits.bits(1);
  if (bits.bits(1) === 1) throw new RangeError('scaling matrices are not supported');
}

/** One list of NAL units a picture (7.4.1.2.3: what may begin a new one). */
function groupPictures(nals: readonly Buffer[]): Buffer[][] {
  const pictures: Buffer[][] = [];
  let current: Buffer[] = [];
  let hasSlice = false;
  for (const nal of nals) {
    const slice = isSlice(nal);
    const first = slice ? new BitReader(nal.subarray(1)).unsigned() === 0 : isLeading(nal);
    if (hasSlice && first) {
      pictures.push(current);
      current = [];
      hasSlice = false;
    }
    current.push(nal);
    hasSlice ||= slice;
  }
  if (hasSlice) pictures.push(current);
  return pictures;
}

/** The picture order count of every picture, by 8.2.1.1 (type 0) and 8.2.1.3 (type 2), with a new zero at each IDR picture. */
function orderCounts(pictures: readonly (readonly Buffer[])[], order: SequenceOrder): number[] {
  const span = 2 ** order.orderCountBits;
  let sinceKey = 0;
  let referenceHigh = 0;
  let referenceLow = 0;
  return pictures.map((picture) => {
    const slice = picture.find(isSlice);
    if (!slice) throw new RangeError('a picture has no slice');
    sinceKey = nalType(slice) === NAL.idr ? 0 : sinceKey + 1;
    if (order.orderCountBits === 0) return sinceKey;
    if (sinceKey === 0) referenceHigh = referenceLow = 0;
    const low = readOrderCount(slice, order);
    const high = wrapped(low - referenceLow, span) + referenceHigh;
    if (((slice[0] ?? 0) & 0x60) !== 0) [referenceHigh, referenceLow] = [high, low];
    return high + low;
  });
}

/** What must be added to the high part when the low part moved by `moved` on a circle of `span`. */
function wrapped(moved: number, span: number): number {
  if (moved <= -span / 2) return span;
  return moved > span / 2 ? -span : 0;
}

function readOrderCount(slice: Buffer, order: SequenceOrder): number {
  const bits = new BitReader(slice.subarray(1));
  bits.unsigned();
  bits.unsigned();
  bits.unsigned();
  bits.bits(order.frameNumberBits);
  if (nalType(slice) === NAL.idr) bits.unsigned();
  return bits.bits(order.orderCountBits);
}

/** Ranks the order counts between one IDR picture and the next; no picture is displayed across one. */
function inDisplayOrder(pictures: readonly (readonly Buffer[])[], counts: readonly number[]): AccessUnit[] {
  const keys = pictures.map((picture) => picture.some((nal) => nalType(nal) === NAL.idr));
  if (keys[0] !== true) throw new RangeError('the stream does not begin with a key frame');
  const places = new Array<number>(pictures.length).fill(0);
  for (let start = 0; start < pictures.length; ) {
    const next = keys.indexOf(true, start + 1);
    const end = next < 0 ? pictures.length : next;
    const group = Array.from({ length: end - start }, (_, i) => start + i);
    group.sort((a, b) => (counts[a] ?? 0) - (counts[b] ?? 0));
    for (const [rank, index] of group.entries()) places[index] = start + rank;
    start = end;
  }
  return pictures.map((nals, index) => ({ nals, key: keys[index] === true, displayIndex: places[index] ?? index }));
}

function isSlice(nal: Buffer): boolean {
  return nalType(nal) === NAL.slice || nalType(nal) === NAL.idr;
}

function isLeading(nal: Buffer): boolean {
  const type = nalType(nal);
  return type >= NAL.sei && type <= NAL.delimiter;
}

function withoutTrailingZeros(bytes: Buffer): Buffer {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end -= 1;
  return bytes.subarray(0, end);
}
