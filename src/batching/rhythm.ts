/** Shares of a surprise that go into phase and period (an alpha-beta filter): large while little is known, small later. */
const LEARNING = { phase: 0.5, period: 0.25, until: 8 };
const SETTLED = { phase: 0.3, period: 0.06 };
const ERROR_SHARE = 0.1;
/** A surprise is believed up to so many times the usual error: one frame that was held up moves the beat little. */
const BELIEVED_ERRORS = 3;
const LEAST_BELIEVED_MS = 1;
/** Before anything is known, share of the period. */
const FIRST_ERROR_SHARE = 0.25;
/** Beats that it takes to foresee the next one. */
const KNOWN_AFTER = 4;
/** After so many beats in a row with others left out between them the period was taken too short: from two frames that came close together, or the camera has become slower. */
const TOO_SHORT_AFTER = 4;
/** After so many beats that did not come the camera is believed to be gone. */
const GONE_AFTER = 3;

/**
 * The beat of one camera: when its next frame is likely to be offered. Frames left out by the camera do not disturb it. Times are monotonic, ms.
 */
export class Rhythm {
  #beats = 0;
  #phaseMono = 0;
  #lastMono = 0;
  #periodMs = 0;
  #errorMs = 0;
  /** Beats in a row that came after several periods, and the fewest periods of them. */
  #leaps = 0;
  #shortestLeap = 0;

  /** A frame was offered at `mono`. */
  beat(mono: number): void {
    this.#beats++;
    this.#lastMono = mono;
    if (this.#beats <= 2) {
      this.#periodMs = Math.max(1, mono - this.#phaseMono);
      this.#errorMs = this.#periodMs * FIRST_ERROR_SHARE;
      this.#phaseMono = mono;
      return;
    }
    const passed = Math.max(1, Math.round((mono - this.#phaseMono) / this.#periodMs));
    const expectedMono = this.#phaseMono + passed * this.#periodMs;
    const surpriseMs = mono - expectedMono;
    const limitMs = Math.max(LEAST_BELIEVED_MS, BELIEVED_ERRORS * this.#errorMs);
    const believedMs = Math.max(-limitMs, Math.min(limitMs, surpriseMs));
    const share = this.#beats < LEARNING.until ? LEARNING : SETTLED;
    this.#phaseMono = expectedMono + share.phase * believedMs;
    this.#periodMs = Math.max(1, this.#periodMs + (share.period * believedMs) / passed);
    this.#errorMs += (Math.abs(surpriseMs) - this.#errorMs) * ERROR_SHARE;
    this.#doubt(passed);
  }

  /** A period that is a whole part of the true one fits every beat, and would be believed for ever. */
  #doubt(passed: number): void {
    this.#shortestLeap = this.#leaps === 0 ? passed : Math.min(this.#shortestLeap, passed);
    this.#leaps = passed > 1 ? this.#leaps + 1 : 0;
    if (this.#leaps < TOO_SHORT_AFTER) return;
    this.#leaps = 0;
    this.#periodMs *= this.#shortestLeap;
    this.#errorMs = this.#periodMs * FIRST_ERROR_SHARE;
    this.#beats = 2;
  }

  /** How far off the foreseen beats are on average, ms; Infinity while the beat is not known. */
  get errorMs(): number {
    return this.#beats < KNOWN_AFTER ? Number.POSITIVE_INFINITY : this.#errorMs;
  }

  /** Meaningless while the beat is not known. */
  get periodMs(): number {
    return this.#periodMs;
  }

  /** The first beat after `mono`; Infinity from a camera that has fallen silent. Meaningless while the beat is not known. */
  after(mono: number): number {
    if (mono - this.#lastMono > GONE_AFTER * this.#periodMs) return Number.POSITIVE_INFINITY;
    return this.#phaseMono + Math.max(1, Math.ceil((mono - this.#phaseMono) / this.#periodMs)) * this.#periodMs;
  }
}
