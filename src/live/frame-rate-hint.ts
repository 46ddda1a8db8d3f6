import { findBox, viewOf } from './box-tree.ts';

const ENTRY_BYTES = 8;
/** Of `stts` (ISO/IEC 14496-12, 8.6.1.2): version and flags, then the number of its entries. */
const EMPTY_TABLE_BYTES = 8;
const ENTRY_COUNT_AT = 4;
/** Of `mdhd` (8.4.2): by its version, for dates have 4 bytes or 8. */
const TIMESCALE_AT = [12, 20] as const;
const PATH = ['moov', 'trak', 'mdia', 'minf', 'stbl', 'stts'] as const;

/**
 * The beginning of a fragmented MP4, for a reader that is to begin at once: with a table of durations that says how long a picture lasts. Without it, and the table of a
 * live stream is empty, ffmpeg looks at twenty pictures to find that out, which takes most of a second. What stands there is a guess, 25 pictures a second; the times of
 * the pictures themselves stand in the fragments and are what counts. What has a table, or is not understood, is given back as it is.
 */
export function withFrameRateHint(init: Uint8Array): Uint8Array {
  const table = findBox(init, ...PATH);
  const header = findBox(init, 'moov', 'trak', 'mdia', 'mdhd');
  const timescale = header && timescaleOf(header);
  if (!table || table.length !== EMPTY_TABLE_BYTES || viewOf(table).getUint32(ENTRY_COUNT_AT) !== 0 || !timescale) return init;
  const end = table.byteOffset - init.byteOffset + EMPTY_TABLE_BYTES;
  const hinted = new Uint8Array(init.length + ENTRY_BYTES);
  hinted.set(init.subarray(0, end));
  hinted.set(init.subarray(end), end + ENTRY_BYTES);
  const view = viewOf(hinted);
  view.setUint32(end - EMPTY_TABLE_BYTES + ENTRY_COUNT_AT, 1);
  view.setUint32(end, 1);
  view.setUint32(end + 4, Math.max(1, Math.round(timescale / 25)));
  for (let depth = 1; depth <= PATH.length; depth += 1) {
    const sizeAt = (findBox(init, ...PATH.slice(0, depth)) ?? init).byteOffset - init.byteOffset - 8;
    view.setUint32(sizeAt, view.getUint32(sizeAt) + ENTRY_BYTES);
  }
  return hinted;
}

function timescaleOf(header: Uint8Array): number | null {
  const at = TIMESCALE_AT[header[0] === 1 ? 1 : 0];
  return at + 4 <= header.length ? viewOf(header).getUint32(at) : null;
}
