import type { AccessUnit } from './h264-bitstream.ts';
import { RTP_CLOCK_RATE } from './rtp-packetizer.ts';

/**
 * When each picture of an endlessly repeated clip is captured and sent. Pictures are counted in decoding order and over all
 * repetitions (`n`), times are ms since the timeline's zero, so a repetition is invisible: time just goes on.
 * Like a live encoder it sends no picture before it was captured; with B-frames that costs the delay of the reordering.
 */
export class PlayoutTimeline {
  readonly #units: readonly AccessUnit[];
  readonly #frameMs: number;
  readonly #delayFrames: number;

  constructor(units: readonly AccessUnit[], framesPerSecond: number) {
    this.#units = units;
    this.#frameMs = 1000 / framesPerSecond;
    this.#delayFrames = Math.max(0, ...units.map((unit, index) => unit.displayIndex - index));
  }

  unit(n: number): AccessUnit {
    const unit = this.#units[n % this.#units.length];
    if (!unit) throw new RangeError('a timeline needs at least one picture');
    return unit;
  }

  /** The picture's capture time in ticks of the RTP clock. Grows without end. */
  ticks(n: number): number {
    const repetition = Math.floor(n / this.#units.length);
    const captured = repetition * this.#units.length + this.unit(n).displayIndex;
    return Math.round((captured * this.#frameMs * RTP_CLOCK_RATE) / 1000);
  }

  sendAtMs(n: number): number {
    return (n + this.#delayFrames) * this.#frameMs;
  }

  /** The first picture that is due at `ms` or later. */
  firstDueAt(ms: number): number {
    return Math.max(0, Math.ceil(ms / this.#frameMs - this.#delayFrames - 1e-6));
  }

  /** The first key frame from `n` on. */
  keyAtOrAfter(n: number): number {
    let key = n;
    while (!this.unit(key).key) key += 1;
    return key;
  }
}
