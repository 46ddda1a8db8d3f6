import type { Frame } from '../stream/frame.ts';
import type { BatchEntry, SlotSpec } from './batch.ts';
import { Rhythm } from './rhythm.ts';

/** A late frame is still judged up to this age at least, ms: a late verdict beats none. */
const EXPIRY_FLOOR_MS = 2_000;
/** Weight of a new measurement in the running means of a slot. */
const SMOOTHING = 1 / 8;
/** The next frame may come early: cameras and networks jitter. */
const EARLY_SHARE = 0.9;

/**
 * The waiting place of one camera × region: depth one, newest wins. It remembers since when it has been unserved, so
 * that a fast camera, replacing its own frame again and again, does not push its deadline away for ever.
 */
export class Slot {
  readonly spec: SlotSpec;
  /** Small number, unique among the slots that live at one time. */
  readonly ordinal: number;
  /** True arrival of the first frame that has had no verdict yet, monotonic ms; meaningless while empty. */
  unservedSince: number = 0;
  /** `unservedSince + maxLatencyMs`, fixed while the slot waits. */
  deadlineMono: number = 0;
  /** Place in the fair order, fixed while the slot waits; see fairness.ts. */
  turn: number = 0;
  /** Where the slot's next turn begins at the earliest; see fairness.ts. */
  turnEnd: number = 0;
  /** It was so far behind that its turn was moved up when it began to wait: it asks for less than its share; see fairness.ts. */
  asksLess: boolean = false;
  /** When frames are offered. */
  readonly rhythm: Rhythm = new Rhythm();
  #frame: Frame | null = null;
  #lastArrival = Number.NaN;
  #intervalMs = Number.POSITIVE_INFINITY;
  #ageMs = 0;

  constructor(spec: SlotSpec, ordinal: number) {
    this.spec = spec;
    this.ordinal = ordinal;
  }

  get frame(): Frame | null {
    return this.#frame;
  }

  /** Puts `frame` in; returns the entry that it replaces. */
  put(frame: Frame, nowMono: number): BatchEntry | null {
    const arrival = arrivalOf(frame, nowMono);
    this.#learn(arrival, nowMono);
    this.rhythm.beat(nowMono);
    const replaced = this.#frame === null ? null : this.#entry(this.#frame);
    if (replaced === null) {
      this.unservedSince = arrival;
      this.deadlineMono = arrival + this.spec.maxLatencyMs;
    }
    this.#frame = frame;
    return replaced;
  }

  /** Takes the frame out; the slot is served, or its frame is given up. */
  take(): BatchEntry | null {
    if (this.#frame === null) return null;
    const entry = this.#entry(this.#frame);
    this.#frame = null;
    return entry;
  }

  /** By when the frame inside must be judged for its own bound, monotonic ms: later than `deadlineMono` when it replaced others; meaningless while empty. */
  get frameDeadlineMono(): number {
    return this.#lastArrival + this.spec.maxLatencyMs;
  }

  /** When the camera's next frame will probably replace the one inside, monotonic ms; Infinity when its rhythm is unknown. */
  get replacedMono(): number {
    return this.#lastArrival + EARLY_SHARE * this.#intervalMs;
  }

  /** How often frames come, a ms; 0 until two have come. */
  get framesPerMs(): number {
    return 1 / this.#intervalMs;
  }

  /** Older than this, a frame is dropped instead of judged, ms. */
  get expiryMs(): number {
    return Math.max(2 * this.spec.maxLatencyMs, EXPIRY_FLOOR_MS);
  }

  isExpired(nowMono: number): boolean {
    return this.#frame !== null && nowMono - this.#lastArrival > this.expiryMs;
  }

  /** From then on the slot goes before everybody else, monotonic ms: half-way to expiry, so that its frame can still be judged. */
  get starvesMono(): number {
    return this.unservedSince + this.expiryMs / 2;
  }

  isStarving(nowMono: number): boolean {
    return nowMono > this.starvesMono;
  }

  /** What is usually left of the bound when a frame is offered, ms: decoding has used the rest. */
  get roomMs(): number {
    return this.spec.maxLatencyMs - this.#ageMs;
  }

  #entry(frame: Frame): BatchEntry {
    return { slot: this.spec, frame, unservedSince: this.unservedSince, deadlineMono: this.deadlineMono };
  }

  #learn(arrival: number, nowMono: number): void {
    const age = nowMono - arrival;
    this.#ageMs = Number.isNaN(this.#lastArrival) ? age : this.#ageMs + (age - this.#ageMs) * SMOOTHING;
    const interval = arrival - this.#lastArrival;
    if (interval > 0) this.#intervalMs = Number.isFinite(this.#intervalMs) ? this.#intervalMs + (interval - this.#intervalMs) * SMOOTHING : interval;
    this.#lastArrival = arrival;
  }
}

/** A frame cannot have come after now, whatever its source says. */
function arrivalOf(frame: Frame, nowMono: number): number {
  return Number.isFinite(frame.receivedMono) ? Math.min(frame.receivedMono, nowMono) : nowMono;
}
