/** Enough for two groups of pictures of a minute at 30 frames/s. */
const REMEMBERED_PACKETS = 4096;

/**
 * Finds for a decoded picture the arrival of the packet that carried it: the packet with the same presentation time. The decoder hands out
 * pictures late and, with B-frames, in another order than the packets came; the time is what both have in common.
 * Remembers the newest 4,096 packets.
 */
export class ArrivalMatcher {
  readonly #times = new Float64Array(REMEMBERED_PACKETS);
  readonly #arrivals = new Float64Array(REMEMBERED_PACKETS);
  #count = 0;
  #packetTick = 0;
  #frameTick = 0;

  /** Seconds a tick of the packets' and of the pictures' clock: two times are the same when they differ by rounding only. */
  setPacketTick(seconds: number): void {
    this.#packetTick = seconds;
  }

  setFrameTick(seconds: number): void {
    this.#frameTick = seconds;
  }

  /** `timeS`: presentation time, or the decoding time of a packet that has none; null is forgotten at once. */
  add(timeS: number | null, arrivedMono: number): void {
    if (timeS === null) return;
    const slot = this.#count % REMEMBERED_PACKETS;
    this.#times[slot] = timeS;
    this.#arrivals[slot] = arrivedMono;
    this.#count += 1;
  }

  /** Monotonic ms of the newest packet with this presentation time; null when none is remembered. */
  find(timeS: number): number | null {
    // Each side was rounded to its own clock once: half a tick of each, and a hair for floating point.
    const tolerance = (this.#packetTick + this.#frameTick) / 2 + Math.abs(timeS) * 1e-12 + 1e-9;
    const oldest = Math.max(0, this.#count - REMEMBERED_PACKETS);
    let best: number | null = null;
    let bestDistance = tolerance;
    for (let index = this.#count - 1; index >= oldest; index--) {
      const slot = index % REMEMBERED_PACKETS;
      const distance = Math.abs((this.#times[slot] ?? Number.NaN) - timeS);
      if (distance < bestDistance || (distance === bestDistance && best === null)) {
        best = this.#arrivals[slot] ?? null;
        bestDistance = distance;
        // Nearer than a rounding of the finer clock: this is the one; the common case ends after a few steps.
        if (distance <= Math.min(this.#packetTick, this.#frameTick)) break;
      }
    }
    return best;
  }
}
