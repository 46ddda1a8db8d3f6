import { randomInt } from 'node:crypto';
import type { Clock } from '../util/clock.ts';
import { senderReport } from './rtcp.ts';
import { RTP_HEADER_BYTES, writeRtpHeader } from './rtp-packetizer.ts';
import type { MountPicture, RtspMount, Viewer } from './rtsp-mount.ts';

const INTERLEAVED_HEAD_BYTES = 4;
const REPORT_EVERY_MS = 5000;

/**
 * One client's RTP stream (RFC 3550) inside its RTSP connection: sequence numbers, timestamps with a random start, and sender
 * reports, the first before the first picture so that the client knows the wall clock at once.
 */
export class RtpSender implements Viewer {
  /** The stream's random identity (SSRC). */
  readonly source: number = randomInt(2 ** 32);
  readonly #mount: RtspMount;
  readonly #clock: Clock;
  readonly #channels: { readonly rtp: number; readonly rtcp: number };
  readonly #write: (bytes: Buffer) => void;
  readonly #firstTimestamp = randomInt(2 ** 32);
  #sequence = randomInt(2 ** 16);
  #packets = 0;
  #bytes = 0;
  #reportAtMs = Number.NEGATIVE_INFINITY;
  #playing = false;

  constructor(options: {
    readonly mount: RtspMount;
    readonly clock: Clock;
    readonly channels: { readonly rtp: number; readonly rtcp: number };
    /** Gets whole interleaved frames. */
    readonly write: (bytes: Buffer) => void;
  }) {
    this.#mount = options.mount;
    this.#clock = options.clock;
    this.#channels = options.channels;
    this.#write = options.write;
  }

  get playing(): boolean {
    return this.#playing;
  }

  /** What the first packet will carry, for the RTP-Info header (RFC 2326, 12.33). */
  play(): { sequence: number; timestamp: number } {
    this.#playing = true;
    this.#reportAtMs = Number.NEGATIVE_INFINITY;
    return { sequence: this.#sequence, timestamp: this.#timestamp(this.#mount.join(this)) };
  }

  /** Idempotent. */
  stop(): void {
    this.#playing = false;
    this.#mount.leave(this);
  }

  take(picture: MountPicture): void {
    const now = this.#clock.monotonicMs();
    if (now >= this.#reportAtMs) {
      this.#reportAtMs = now + REPORT_EVERY_MS;
      this.#write(this.#report());
    }
    this.#write(this.#frames(picture));
  }

  #frames(picture: MountPicture): Buffer {
    const size = picture.payloads.reduce((sum, { bytes }) => sum + INTERLEAVED_HEAD_BYTES + RTP_HEADER_BYTES + bytes.length, 0);
    const frames = Buffer.allocUnsafe(size);
    const timestamp = this.#timestamp(picture.ticks);
    let at = 0;
    for (const { bytes, last } of picture.payloads) {
      at = writeInterleavedHead(frames, at, this.#channels.rtp, RTP_HEADER_BYTES + bytes.length);
      writeRtpHeader(frames, at, { last, sequence: this.#sequence, timestamp, source: this.source });
      at += RTP_HEADER_BYTES + bytes.copy(frames, at + RTP_HEADER_BYTES);
      this.#sequence = (this.#sequence + 1) % 2 ** 16;
      this.#packets += 1;
      this.#bytes += bytes.length;
    }
    return frames;
  }

  #report(): Buffer {
    const report = senderReport(
      {
        source: this.source,
        wallMs: this.#clock.wallMs(),
        timestamp: this.#timestamp(this.#mount.ticksNow()),
        packets: this.#packets,
        bytes: this.#bytes,
      },
      this.#mount.clip.name,
    );
    const head = Buffer.alloc(INTERLEAVED_HEAD_BYTES);
    writeInterleavedHead(head, 0, this.#channels.rtcp, report.length);
    return Buffer.concat([head, report]);
  }

  #timestamp(ticks: number): number {
    return (this.#firstTimestamp + ticks) % 2 ** 32;
  }
}

/** RFC 2326, 10.12. Returns the offset behind it. */
function writeInterleavedHead(into: Buffer, offset: number, channel: number, length: number): number {
  into[offset] = 0x24;
  into[offset + 1] = channel;
  return into.writeUInt16BE(length, offset + 2);
}
