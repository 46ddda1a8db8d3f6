import type { Clock, Timer } from '../util/clock.ts';
import type { H264Stream } from './h264-bitstream.ts';
import { PlayoutTimeline } from './playout-timeline.ts';
import { packetize, type RtpPayload } from './rtp-packetizer.ts';

/** A video that a mount repeats for ever: constant frame rate, first picture a key frame. */
export interface DemoClip {
  readonly name: string;
  readonly framesPerSecond: number;
  readonly stream: H264Stream;
  /** So far into its repetitions it is when the server starts, ms ≥ 0; 0 when left out. Cameras of one clip are told apart by it. */
  readonly phaseMs?: number;
}

/** Picture `n` of the timeline, ready for the wire. `ticks` is its capture time on the RTP clock. */
export interface MountPicture {
  readonly n: number;
  readonly payloads: readonly RtpPayload[];
  readonly ticks: number;
}

/** One playing client. `take` must not throw and must not block. */
export interface Viewer {
  take(picture: MountPicture): void;
}

/** Payload bytes that fit into an Ethernet frame with all headers; nothing on TCP asks for it, but cameras do it. */
const MAX_PAYLOAD_BYTES = 1400;
/** After a longer standstill (of this process, or by freezing) playing goes on live instead of catching up. */
const MAX_CATCH_UP_MS = 2000;

/** Mounts that play the same stream share its packets: they are as large as the clip. */
const packets = new WeakMap<H264Stream, readonly RtpPayload[][]>();

/**
 * Plays one clip live, once for all its viewers: who joins gets the pictures from the next key frame on. While nobody
 * watches, no timer runs.
 */
export class RtspMount {
  readonly clip: DemoClip;
  readonly #clock: Clock;
  readonly #timeline: PlayoutTimeline;
  readonly #payloads: readonly RtpPayload[][];
  readonly #zeroMs: number;
  readonly #viewers = new Map<Viewer, { readonly from: number }>();
  #next = 0;
  #timer: Timer | undefined;

  constructor(clip: DemoClip, clock: Clock) {
    this.clip = clip;
    this.#clock = clock;
    this.#timeline = new PlayoutTimeline(clip.stream.units, clip.framesPerSecond);
    this.#payloads = packets.get(clip.stream) ?? clip.stream.units.map((unit) => packetize(unit.nals, MAX_PAYLOAD_BYTES));
    packets.set(clip.stream, this.#payloads);
    this.#zeroMs = clock.monotonicMs() - (clip.phaseMs ?? 0);
  }

  /** Ticks of the RTP clock at this moment. */
  ticksNow(): number {
    return Math.round(this.#nowMs() * 90);
  }

  /** Returns the capture time, in ticks, of the first picture that the viewer will get. */
  join(viewer: Viewer): number {
    if (this.#viewers.size === 0) this.#next = this.#timeline.firstDueAt(this.#nowMs());
    const from = this.#timeline.keyAtOrAfter(this.#next);
    this.#viewers.set(viewer, { from });
    this.#arm();
    return this.#timeline.ticks(from);
  }

  /** Idempotent. */
  leave(viewer: Viewer): void {
    this.#viewers.delete(viewer);
    if (this.#viewers.size > 0) return;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #arm(): void {
    if (this.#timer) return;
    this.#timer = this.#clock.setTimer(this.#timeline.sendAtMs(this.#next) - this.#nowMs(), () => this.#play());
  }

  #play(): void {
    this.#timer = undefined;
    const now = this.#nowMs();
    if (now - this.#timeline.sendAtMs(this.#next) > MAX_CATCH_UP_MS) this.#next = this.#timeline.keyAtOrAfter(this.#timeline.firstDueAt(now));
    for (; this.#timeline.sendAtMs(this.#next) <= now; this.#next += 1) this.#send(this.#next);
    if (this.#viewers.size > 0) this.#arm();
  }

  #send(n: number): void {
    const payloads = this.#payloads[n % this.#payloads.length] ?? [];
    const picture = { n, payloads, ticks: this.#timeline.ticks(n) };
    for (const [viewer, { from }] of [...this.#viewers]) if (n >= from) viewer.take(picture);
  }

  #nowMs(): number {
    return this.#clock.monotonicMs() - this.#zeroMs;
  }
}
