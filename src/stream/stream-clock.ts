import type { FramecrcPacket } from './framecrc.ts';

/** Fewer are a slip: a camera that repeats a time or swaps two packets. */
const PACKETS_IN_A_ROW = 5;
/** At 25 frames/s five packets are a slip, too. */
const AT_LEAST_MS = 1000;

/**
 * Notices that a stream's own clock was set back while it ran. ffmpeg then gives each further packet the last time before the jump (its copy must
 * not run backwards), while the decoder labels pictures by the new clock: no picture finds its packet any more, or it finds one of long ago.
 * Only a new connection puts that right. A jump forward does no harm. A slip is let pass: measured over RTSP with B-frames, one of 0.1 and of 0.5 s
 * made ages at most that much too old while it lasted, and none too young. What cannot be seen from here is whether the decoder goes over to
 * labelling pictures by decoding times after many slips; where no packet has that time, the picture is counted as one without an arrival.
 */
export class StreamClock {
  #highestS = Number.NEGATIVE_INFINITY;
  #highestMono = 0;
  #behind = 0;

  /** Takes a packet in its order of arrival; true when by now it is sure that the clock was set back. */
  wentBack({ dts }: Pick<FramecrcPacket, 'dts'>, arrivedMono: number): boolean {
    if (dts === null) return false;
    if (dts > this.#highestS) {
      this.#highestS = dts;
      this.#highestMono = arrivedMono;
      this.#behind = 0;
      return false;
    }
    this.#behind += 1;
    return this.#behind >= PACKETS_IN_A_ROW && arrivedMono - this.#highestMono >= AT_LEAST_MS;
  }
}
