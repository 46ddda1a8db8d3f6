import { FEASIBLE_SHARE } from './smallest-bound.ts';

/** So long the costs must say otherwise before the judgement changes, ms: a stall, or a minute at the edge, is no news. */
export const HOLD_MS = 10_000;

/** Whether a bound can be kept at all, told apart from one that is missed under load; it changes only when the costs have changed for good. */
export class BoundWatch {
  readonly #boundMs: number;
  #feasible: boolean | null = null;
  #contrarySinceMono: number | null = null;

  constructor(boundMs: number) {
    this.#boundMs = boundMs;
  }

  /** Null before the first judgement. */
  get feasible(): boolean | null {
    return this.#feasible;
  }

  /** `neededMs`: the smallest bound as it is now. True when the judgement is new, or another one than before. */
  judge(neededMs: number, nowMono: number): boolean {
    if (!Number.isFinite(neededMs)) return false;
    if (this.#feasible === null) {
      this.#feasible = neededMs <= this.#boundMs;
      return true;
    }
    const isContrary = this.#feasible ? neededMs > this.#boundMs : neededMs <= this.#boundMs * FEASIBLE_SHARE;
    if (!isContrary) {
      this.#contrarySinceMono = null;
      return false;
    }
    this.#contrarySinceMono ??= nowMono;
    if (nowMono - this.#contrarySinceMono < HOLD_MS) return false;
    this.#feasible = !this.#feasible;
    this.#contrarySinceMono = null;
    return true;
  }
}
