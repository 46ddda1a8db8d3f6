import { VIDEO_PAYLOAD_TYPE } from './sdp.ts';

/** The payload of one RTP packet; `last` marks the end of a picture (the marker bit of RFC 6184, 5.1). */
export interface RtpPayload {
  readonly bytes: Buffer;
  readonly last: boolean;
}

export const RTP_HEADER_BYTES = 12;
/** Ticks of an H.264 timestamp in a second (RFC 6184, 8.2.1). */
export const RTP_CLOCK_RATE = 90_000;

const FU_A = 28;
const FU_HEADER_BYTES = 2;

/**
 * The NAL units of one picture as RTP payloads of at most `maxBytes`: whole where they fit (RFC 6184, 5.6), else in
 * fragments of type FU-A (5.8). Whole units are not copied.
 */
export function packetize(nals: readonly Buffer[], maxBytes: number): RtpPayload[] {
  const payloads = nals.flatMap((nal) => (nal.length <= maxBytes ? [nal] : fragments(nal, maxBytes)));
  return payloads.map((bytes, index) => ({ bytes, last: index === payloads.length - 1 }));
}

/** Writes the fixed RTP header (RFC 3550, 5.1) at `offset`; sequence number and timestamp are taken modulo their field. */
export function writeRtpHeader(
  into: Buffer,
  offset: number,
  header: { readonly last: boolean; readonly sequence: number; readonly timestamp: number; readonly source: number },
): void {
  into[offset] = 0x80;
  into[offset + 1] = (header.last ? 0x80 : 0) | VIDEO_PAYLOAD_TYPE;
  into.writeUInt16BE(header.sequence % 2 ** 16, offset + 2);
  into.writeUInt32BE(header.timestamp % 2 ** 32, offset + 4);
  into.writeUInt32BE(header.source, offset + 8);
}

function fragments(nal: Buffer, maxBytes: number): Buffer[] {
  const first = nal[0] ?? 0;
  const room = maxBytes - FU_HEADER_BYTES;
  const pieces: Buffer[] = [];
  for (let at = 1; at < nal.length; at += room) {
    const end = Math.min(nal.length, at + room);
    const flags = (at === 1 ? 0x80 : 0) | (end === nal.length ? 0x40 : 0);
    pieces.push(Buffer.concat([Buffer.from([(first & 0xe0) | FU_A, flags | (first & 0x1f)]), nal.subarray(at, end)]));
  }
  return pieces;
}
