const REVIEW_EVERY_MS = 100;
/** How far back the gauge remembers, ms (time constant of its running means). */
const MEMORY_MS = 1_000;
/**
 * Overload: frames are lost, the engine has no idle time left, and more is asked than its best rate (or so much is lost that the best rate
 * cannot be what it is believed to be). Just below its best rate an engine loses frames, too, but fewest when it goes by deadlines. All shares;
 * two thresholds each, so that it does not flicker.
 */
const ENTER = { asked: 1.08, lostAnyway: 0.25, lost: 0.05, busy: 0.95 };
const LEAVE = { asked: 1, lostAnyway: 0.2, lost: 0.02, busy: 0.85 };

/**
 * How much is asked, and whether it is more than can be done. Judged by what happens (frames are replaced unserved
 * while the engine never rests) and by what the engine can do at best; what happens has the last word: so it is right about limits that nobody modelled, too.
 */
export class LoadGauge {
  #offered = 0;
  #lost = 0;
  #reviewedMono = Number.NaN;
  #busyMs = 0;
  #weight = 0;
  #rate = 0;
  #lostRate = 0;
  #busyShare = 0;
  #overloaded = false;

  offered(): void {
    this.#offered++;
  }

  /** A frame was replaced or expired before it was served. */
  lost(): void {
    this.#lost++;
  }

  /** Frames offered a ms, lately. */
  get framesPerMs(): number {
    return this.#weight > 0 ? this.#rate / this.#weight : 0;
  }

  get overloaded(): boolean {
    return this.#overloaded;
  }

  /** `busyMs`: how long the engine has had work, in all; `bestRatePerMs`: pictures a ms at its best size. True when a new judgement was made. */
  review(nowMono: number, busyMs: number, bestRatePerMs: number): boolean {
    if (Number.isNaN(this.#reviewedMono)) {
      this.#reviewedMono = nowMono;
      this.#busyMs = busyMs;
      return true;
    }
    const elapsed = nowMono - this.#reviewedMono;
    if (elapsed < REVIEW_EVERY_MS) return false;
    const fresh = -Math.expm1(-elapsed / MEMORY_MS);
    this.#weight += (1 - this.#weight) * fresh;
    this.#rate += (this.#offered / elapsed - this.#rate) * fresh;
    this.#lostRate += (this.#lost / elapsed - this.#lostRate) * fresh;
    this.#busyShare += (Math.min(1, (busyMs - this.#busyMs) / elapsed) - this.#busyShare) * fresh;
    this.#offered = 0;
    this.#lost = 0;
    this.#busyMs = busyMs;
    this.#reviewedMono = nowMono;
    const lostShare = this.#rate > 0 ? this.#lostRate / this.#rate : 0;
    const busyShare = this.#busyShare / this.#weight;
    const asked = this.framesPerMs / bestRatePerMs;
    const limit = this.#overloaded ? LEAVE : ENTER;
    this.#overloaded = lostShare > limit.lost && busyShare > limit.busy && (asked > limit.asked || lostShare > limit.lostAnyway);
    return true;
  }
}
