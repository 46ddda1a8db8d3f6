import { quantile } from '../util/percentile.ts';
import type { SourceFrame, SourcePacket } from './source.ts';

const PACKET_WINDOW_MS = 10_000;
const MOST_PACKETS = 1000;
const KEY_INTERVALS = 8;
const AGES = 32;

/** What one connection has shown of itself so far. Bounded memory. */
export class StreamMeter {
  readonly #packets: number[] = [];
  readonly #keyIntervals: number[] = [];
  readonly #ages: number[] = [];
  #lastKeyMono: number | null = null;
  #firstFrameMono: number | null = null;
  #lastFrameMono = 0;
  #frames = 0;
  #framesWithoutArrival = 0;

  packet({ arrivedMono, isKey }: SourcePacket): void {
    this.#packets.push(arrivedMono);
    while (this.#packets.length > MOST_PACKETS || arrivedMono - (this.#packets[0] ?? arrivedMono) > PACKET_WINDOW_MS) this.#packets.shift();
    if (!isKey) return;
    if (this.#lastKeyMono !== null) keepNewest(this.#keyIntervals, arrivedMono - this.#lastKeyMono, KEY_INTERVALS);
    this.#lastKeyMono = arrivedMono;
  }

  frame({ receivedMono, decodedMono, arrivalKnown }: SourceFrame): void {
    this.#frames += 1;
    this.#firstFrameMono ??= decodedMono;
    this.#lastFrameMono = decodedMono;
    if (!arrivalKnown) this.#framesWithoutArrival += 1;
    else keepNewest(this.#ages, decodedMono - receivedMono, AGES);
  }

  /** Packets a second over the last 10 s: for video one packet is one picture. Null until there are a few. */
  get framesPerSecond(): number | null {
    const [first, last] = [this.#packets[0], this.#packets.at(-1)];
    if (first === undefined || last === undefined || this.#packets.length < 5 || last - first < 1000) return null;
    return ((this.#packets.length - 1) * 1000) / (last - first);
  }

  /** Median of the last intervals, ms; null before there are two. */
  get keyFrameIntervalMs(): number | null {
    return this.#keyIntervals.length < 2 ? null : quantile(this.#keyIntervals, 0.5);
  }

  /** The longest of the last intervals, ms: what a decision must rely on; null before there are three. */
  get longestKeyFrameIntervalMs(): number | null {
    return this.#keyIntervals.length < 3 ? null : Math.max(...this.#keyIntervals);
  }

  /** Median of arrival → decoded, ms. */
  get decodeAgeMs(): number | null {
    return this.#ages.length === 0 ? null : quantile(this.#ages, 0.5);
  }

  /** 90th percentile of arrival → decoded, ms; null before there are five. */
  get highDecodeAgeMs(): number | null {
    return this.#ages.length < 5 ? null : quantile(this.#ages, 0.9);
  }

  get frames(): number {
    return this.#frames;
  }

  /** Those whose arrival could only be estimated. */
  get framesWithoutArrival(): number {
    return this.#framesWithoutArrival;
  }

  /** From the first frame to the last, ms: how long this connection has been of use. */
  get healthyMs(): number {
    return this.#firstFrameMono === null ? 0 : this.#lastFrameMono - this.#firstFrameMono;
  }
}

function keepNewest(values: number[], value: number, most: number): void {
  values.push(value);
  if (values.length > most) values.shift();
}
