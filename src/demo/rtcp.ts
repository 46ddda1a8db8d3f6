/** Seconds from 1900, where NTP counts from, to 1970. */
const NTP_EPOCH_SECONDS = 2_208_988_800;
const CNAME = 1;

/** What a sender report says: at `wallMs` (Unix) the stream's clock stood at `timestamp`, and so much was sent until then. */
export interface SenderReport {
  readonly source: number;
  readonly wallMs: number;
  readonly timestamp: number;
  readonly packets: number;
  /** Payload bytes, without headers. */
  readonly bytes: number;
}

/** A compound RTCP packet (RFC 3550, 6.4.1 and 6.5): a sender report, then the canonical name that every compound must carry. */
export function senderReport(report: SenderReport, canonicalName: string): Buffer {
  const packet = Buffer.alloc(28);
  packet[0] = 0x80;
  packet[1] = 200;
  packet.writeUInt16BE(6, 2);
  packet.writeUInt32BE(report.source, 4);
  const seconds = Math.floor(report.wallMs / 1000);
  packet.writeUInt32BE((seconds + NTP_EPOCH_SECONDS) % 2 ** 32, 8);
  packet.writeUInt32BE(Math.floor(((report.wallMs - seconds * 1000) / 1000) * 2 ** 32), 12);
  packet.writeUInt32BE(report.timestamp % 2 ** 32, 16);
  packet.writeUInt32BE(report.packets % 2 ** 32, 20);
  packet.writeUInt32BE(report.bytes % 2 ** 32, 24);
  return Buffer.concat([packet, sourceDescription(report.source, canonicalName)]);
}

function sourceDescription(source: number, canonicalName: string): Buffer {
  const name = Buffer.from(canonicalName).subarray(0, 255);
  // The list of items ends with a zero byte and is padded to whole words.
  const words = Math.ceil((4 + 4 + 2 + name.length + 1) / 4);
  const packet = Buffer.alloc(words * 4);
  packet[0] = 0x81;
  packet[1] = 202;
  packet.writeUInt16BE(words - 1, 2);
  packet.writeUInt32BE(source, 4);
  packet[8] = CNAME;
  packet[9] = name.length;
  name.copy(packet, 10);
  return packet;
}
