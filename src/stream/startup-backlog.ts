import type { PacketArrival } from './arrival-matcher.ts';

/** Two gaps in a row at the stream's own pace: what comes now comes from the network. */
const STEADY_GAPS = 2;
const STEADY_SHARE = 0.6;
/** The child has nothing more to hand on: it waits for the network. */
const QUIET_MS = 250;
const LONGEST_MS = 2000;

/**
 * Puts right the arrivals of a connection's first packets. While ffmpeg looks at a new stream it keeps what comes, then hands it on in one rush:
 * those packets seem to arrive together, up to seconds after they did. Their own times tell the truth: once the stream runs at its own pace, the
 * smallest distance seen between arrival and decoding time is the live one, and a packet of the rush came at its decoding time plus that.
 */
export class StartupBacklog {
  readonly #startMono: number;
  #first: number | null = null;
  #last: PacketArrival | null = null;
  #steadyGaps = 0;
  #smallestOffsetMs = Number.POSITIVE_INFINITY;
  #overMono: number | null = null;

  /** `startMono`: when the connection was begun; nothing came before. */
  constructor(startMono: number) {
    this.#startMono = startMono;
  }

  add(packet: PacketArrival): void {
    if (this.#overMono !== null) return;
    const last = this.#last;
    this.#first ??= packet.arrivedMono;
    this.#last = packet;
    this.#smallestOffsetMs = Math.min(this.#smallestOffsetMs, packet.arrivedMono - packet.dtsS * 1000);
    if (!last) return;
    const gapMs = (packet.dtsS - last.dtsS) * 1000;
    if (gapMs <= 0) return;
    this.#steadyGaps = packet.arrivedMono - last.arrivedMono >= gapMs * STEADY_SHARE ? this.#steadyGaps + 1 : 0;
    if (this.#steadyGaps >= STEADY_GAPS) this.#overMono = packet.arrivedMono;
  }

  isOver(nowMono: number): boolean {
    if (this.#overMono !== null) return true;
    if (this.#first === null || this.#last === null) return false;
    if (nowMono - this.#last.arrivedMono >= QUIET_MS || nowMono - this.#first >= LONGEST_MS) this.#overMono = this.#last.arrivedMono;
    return this.#overMono !== null;
  }

  /** When a packet came in truth, monotonic ms: never before the connection, never after it was seen. */
  trueArrival({ arrivedMono, dtsS }: PacketArrival): number {
    if (this.#overMono !== null && arrivedMono > this.#overMono) return arrivedMono;
    const live = dtsS * 1000 + this.#smallestOffsetMs;
    return Math.min(arrivedMono, Math.max(this.#startMono, live));
  }
}
