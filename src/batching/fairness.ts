import type { Slot } from './slot.ts';

/** How many verdicts a slot may be behind its share and still make up for, because its frame came a moment too late for its turn. */
const CREDIT = 1;

/**
 * Weighted max-min fairness by virtual time (start-time fair queueing: Goyal, Vin, Cheng, SIGCOMM 1996). Each verdict moves
 * a slot's turn on by 1/weight; the lowest turn goes first. A slot that comes back after silence starts one verdict behind the present
 * virtual time at most: what it did not use is gone, it hoards no credit; and one that asks for less than its share is always near the front.
 */
export class FairTurns {
  #virtualTime = 0;

  /** `slot` begins to wait. */
  enter(slot: Slot): void {
    slot.turn = Math.max(this.#virtualTime - CREDIT / slot.spec.weight, slot.turnEnd);
  }

  /** `slots` were served together. */
  serve(slots: readonly Slot[]): void {
    let earliest = Number.POSITIVE_INFINITY;
    for (const slot of slots) {
      earliest = Math.min(earliest, slot.turn);
      slot.turnEnd = slot.turn + 1 / slot.spec.weight;
    }
    if (earliest < Number.POSITIVE_INFINITY) this.#virtualTime = Math.max(this.#virtualTime, earliest);
  }
}

/** Whose turn it is; between equal turns the earlier deadline goes first. */
export function turnComesFirst(a: Slot, b: Slot): boolean {
  if (a.turn !== b.turn) return a.turn < b.turn;
  return a.deadlineMono !== b.deadlineMono ? a.deadlineMono < b.deadlineMono : a.ordinal < b.ordinal;
}
