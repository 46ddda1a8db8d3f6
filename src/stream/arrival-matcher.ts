/** Enough for two groups of pictures of a minute at 30 frames/s. */
const REMEMBERED_PACKETS = 4096;

export interface PacketArrival {
  readonly arrivedMono: number;
  /** Its decoding time, seconds. */
  readonly dtsS: number;
}

/**
 * Finds for a decoded picture the packet that carried it: the one with the same presentation time. The decoder hands out pictures late and,
 * with B-frames, in another order than the packets came; the time is what both have in common. Remembers the newest 4,096 packets.
 */
export class ArrivalMatcher {
  readonly #times = new Float64Array(REMEMBERED_PACKETS);
  readonly #decodingTimes = new Float64Array(REMEMBERED_PACKETS);
  readonly #arrivals = new Float64Array(REMEMBERED_PACKETS);
  #count = 0;
  #packetTick = 0;
  #frameTick = 0;
  #first: PacketArrival | undefined;
  #smallestTime = Number.POSITIVE_INFINITY;

  /** Seconds a tick of the packets' and of the pictures' clock: two times are the same when they differ by rounding only. */
  setPacketTick(seconds: number): void {
    this.#packetTick = seconds;
  }

  setFrameTick(seconds: number): void {
    this.#frameTick = seconds;
  }

  /** A packet without a presentation time is known by its decoding time; one without any is forgotten at once. */
  add(packet: { readonly pts: number | null; readonly dts: number | null }, arrivedMono: number): void {
    const timeS = packet.pts ?? packet.dts;
    if (timeS === null) return;
    const slot = this.#count % REMEMBERED_PACKETS;
    this.#times[slot] = timeS;
    this.#decodingTimes[slot] = packet.dts ?? timeS;
    this.#arrivals[slot] = arrivedMono;
    this.#count += 1;
    this.#first ??= { arrivedMono, dtsS: packet.dts ?? timeS };
    this.#smallestTime = Math.min(this.#smallestTime, timeS);
  }

  /** The newest packet with this presentation time that came before `notAfterMono`; null when none is remembered. */
  find(timeS: number, notAfterMono: number): PacketArrival | null {
    // Each side was rounded to its own clock once: half a tick of each, and a hair for floating point.
    const tolerance = (this.#packetTick + this.#frameTick) / 2 + Math.abs(timeS) * 1e-12 + 1e-9;
    const oldest = Math.max(0, this.#count - REMEMBERED_PACKETS);
    let best: PacketArrival | null = null;
    let bestDistance = Number.POSITIVE_INFINITY;
    for (let index = this.#count - 1; index >= oldest; index--) {
      const slot = index % REMEMBERED_PACKETS;
      const distance = Math.abs((this.#times[slot] ?? Number.NaN) - timeS);
      const arrivedMono = this.#arrivals[slot] ?? Number.NaN;
      if (distance > tolerance || distance >= bestDistance || arrivedMono > notAfterMono) continue;
      best = { arrivedMono, dtsS: this.#decodingTimes[slot] ?? timeS };
      bestDistance = distance;
      // Nearer than a rounding of the finer clock: this is the one; the common case ends after a few steps.
      if (distance <= Math.min(this.#packetTick, this.#frameTick)) break;
    }
    // RTSP's first packet comes before the clocks are mapped and gets the time of the second; its picture has a time before all others.
    if (best === null && this.#first && timeS < this.#smallestTime && this.#first.arrivedMono <= notAfterMono) return this.#first;
    return best;
  }
}
