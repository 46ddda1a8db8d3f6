import type { CameraConfig } from '../config/config.ts';
import type { DecodeMode } from './source.ts';

export interface DecodeMeasurements {
  readonly nowMono: number;
  /** Since when the current connection delivers packets, monotonic ms. */
  readonly connectedMono: number;
  /** The longest of the last intervals between key frames, ms; null until measured. */
  readonly longestKeyFrameIntervalMs: number | null;
  /** 90th percentile of arrival → decoded, ms; null until measured. */
  readonly highDecodeAgeMs: number | null;
  /** Pictures this connection has delivered. */
  readonly frames: number;
}

/** A switch costs a reconnection: look for so long before the first. */
const OBSERVE_MS = 15_000;
/** Key frames may be so much rarer than asked for; the rest is jitter of the network. */
const RATE_TOLERANCE = 1.1;
/** To go back needs a clearer sign than to come: between the two nothing changes. */
const RETURN_TOLERANCE = 1.25;
/** Of the latency bound, what may be spent before the picture is decoded: the rest is for waiting in the batcher and for the network. */
const AGE_SHARE = 0.5;
/** A frame older than twice the bound and this is given up unjudged: a camera whose pictures all are would be blind. */
const SHORTEST_HOPELESS_MS = 2000;
const FIRST_PAUSE_MS = 10 * 60_000;
const LONGEST_PAUSE_MS = 6 * 3_600_000;

/**
 * Resolves `decode: auto`. Decoding only key frames costs about a tenth, but is right only where they come often enough for `sampleFps` and come
 * out in time for `maxLatencyMs`; for some streams the decoder holds them back by whole groups of pictures, which only trying shows. Starts with
 * `all`; after a trial that failed it waits 10 minutes, then twice as long each time, up to 6 hours.
 * A choice of the user is left alone, with one exception: `keyframes` on a stream (B-frames, mostly) whose key frames come out so late that
 * none would ever be judged becomes `all`, for good.
 */
export class DecodeChooser {
  readonly #choice: CameraConfig['decode'];
  readonly #wantedIntervalMs: number;
  readonly #longestAgeMs: number;
  readonly #hopelessAgeMs: number;
  #mode: DecodeMode;
  #pauseMs = FIRST_PAUSE_MS;
  #noTrialBeforeMono = Number.NEGATIVE_INFINITY;

  constructor({ decode, sampleFps, maxLatencyMs }: Pick<CameraConfig, 'decode' | 'sampleFps' | 'maxLatencyMs'>) {
    this.#choice = decode;
    this.#mode = decode === 'auto' ? 'all' : decode;
    this.#wantedIntervalMs = 1000 / sampleFps;
    this.#longestAgeMs = maxLatencyMs * AGE_SHARE;
    this.#hopelessAgeMs = Math.max(2 * maxLatencyMs, SHORTEST_HOPELESS_MS);
  }

  get mode(): DecodeMode {
    return this.#mode;
  }

  /** Judges the running connection; true when the mode has changed and the source must be opened again with it. */
  reconsider(seen: DecodeMeasurements): boolean {
    if (this.#choice === 'keyframes') return this.#overrule(seen);
    if (this.#choice === 'all') return false;
    const next = this.#mode === 'all' ? this.#fromAll(seen) : this.#fromKeyFrames(seen);
    if (next === this.#mode) return false;
    if (next === 'all') {
      this.#noTrialBeforeMono = seen.nowMono + this.#pauseMs;
      this.#pauseMs = Math.min(2 * this.#pauseMs, LONGEST_PAUSE_MS);
    }
    this.#mode = next;
    return true;
  }

  /** The user wanted key frames, and would see nothing. */
  get isOverruled(): boolean {
    return this.#choice === 'keyframes' && this.#mode === 'all';
  }

  #overrule({ highDecodeAgeMs }: DecodeMeasurements): boolean {
    if (this.#mode === 'all' || highDecodeAgeMs === null || highDecodeAgeMs <= this.#hopelessAgeMs) return false;
    this.#mode = 'all';
    return true;
  }

  #fromAll({ nowMono, connectedMono, longestKeyFrameIntervalMs }: DecodeMeasurements): DecodeMode {
    const mayTry = nowMono - connectedMono >= OBSERVE_MS && nowMono >= this.#noTrialBeforeMono;
    const isOften = longestKeyFrameIntervalMs !== null && longestKeyFrameIntervalMs <= this.#wantedIntervalMs * RATE_TOLERANCE;
    return mayTry && isOften ? 'keyframes' : 'all';
  }

  #fromKeyFrames({ nowMono, connectedMono, longestKeyFrameIntervalMs, highDecodeAgeMs, frames }: DecodeMeasurements): DecodeMode {
    const isRare = longestKeyFrameIntervalMs !== null && longestKeyFrameIntervalMs > this.#wantedIntervalMs * RETURN_TOLERANCE;
    const isLate = highDecodeAgeMs !== null && highDecodeAgeMs > this.#longestAgeMs;
    // Some decoders swallow key frames in this mode: then the rate is missed although they arrive.
    const elapsedMs = nowMono - connectedMono;
    const swallows = elapsedMs >= Math.max(OBSERVE_MS, 6 * this.#wantedIntervalMs) && frames < (elapsedMs / this.#wantedIntervalMs) * 0.6;
    return isRare || isLate || swallows ? 'all' : 'keyframes';
  }
}
