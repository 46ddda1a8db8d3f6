import { findBox, viewOf } from './box-tree.ts';

/** Of `tfhd` (ISO/IEC 14496-12, 8.8.7): which fields are there. */
const TFHD = { baseDataOffset: 0x1, description: 0x2, duration: 0x8, size: 0x10, flags: 0x20 } as const;
/** Of `trun` (8.8.8). */
const TRUN = { dataOffset: 0x1, firstSampleFlags: 0x4, duration: 0x100, size: 0x200, flags: 0x400 } as const;
/** Of a sample (8.8.3.1): it cannot be decoded by itself. */
const IS_NON_SYNC = 0x1_0000;

/** Whether the first picture of a fragment is a key frame. `moof`: its body; `defaultSampleFlags`: those of the stream. Null: it holds no picture. */
export function startsWithKeyFrame(moof: Uint8Array, defaultSampleFlags: number): boolean | null {
  const traf = findBox(moof, 'traf');
  const run = traf && findBox(traf, 'trun');
  if (!traf || !run || run.length < 8 || viewOf(run).getUint32(4) === 0) return null;
  const flags = firstSampleFlags(run) ?? fragmentFlags(findBox(traf, 'tfhd')) ?? defaultSampleFlags;
  return (flags & IS_NON_SYNC) === 0;
}

function firstSampleFlags(run: Uint8Array): number | null {
  const fields = flagsOf(run);
  const afterCount = 8 + (fields & TRUN.dataOffset ? 4 : 0);
  if (fields & TRUN.firstSampleFlags) return wordAt(run, afterCount);
  if (!(fields & TRUN.flags)) return null;
  return wordAt(run, afterCount + (fields & TRUN.duration ? 4 : 0) + (fields & TRUN.size ? 4 : 0));
}

function fragmentFlags(header: Uint8Array | undefined): number | null {
  if (!header || header.length < 8) return null;
  const fields = flagsOf(header);
  if (!(fields & TFHD.flags)) return null;
  const before = [TFHD.description, TFHD.duration, TFHD.size].filter((field) => fields & field).length * 4;
  return wordAt(header, 8 + (fields & TFHD.baseDataOffset ? 8 : 0) + before);
}

function flagsOf(fullBox: Uint8Array): number {
  return viewOf(fullBox).getUint32(0) & 0xff_ffff;
}

function wordAt(bytes: Uint8Array, at: number): number | null {
  return at + 4 <= bytes.length ? viewOf(bytes).getUint32(at) : null;
}
