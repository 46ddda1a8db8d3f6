import type { Slot } from './slot.ts';

/** How many verdicts a slot may be behind its share and still make up for, because its frame came a moment too late for its turn. */
const CREDIT = 1;

/**
 * Weighted max-min fairness by virtual time (start-time fair queueing: Goyal, Vin, Cheng, SIGCOMM 1996). Each verdict moves
 * a slot's turn on by 1/weight; the lowest turn goes first. Virtual time is the highest turn that was served, in both regimes, so
 * nobody is further from it than one verdict of its own: a slot that comes back after silence starts one behind at most (what it
 * did not use is gone, it hoards no credit), and one that got more than its share while there was plenty starts one ahead at most (it owes
 * nothing for it). A slot that asks for less than its share is always near the front.
 */
export class FairTurns {
  #virtualTime = 0;

  /** `slot` begins to wait. */
  enter(slot: Slot): void {
    slot.turn = Math.max(this.#virtualTime - CREDIT / slot.spec.weight, slot.turnEnd);
  }

  /** `slots` were served together. */
  serve(slots: readonly Slot[]): void {
    for (const slot of slots) {
      this.#virtualTime = Math.max(this.#virtualTime, slot.turn);
      slot.turnEnd = slot.turn + 1 / slot.spec.weight;
    }
  }
}

/** Whose turn it is; between equal turns the earlier deadline goes first. */
export function turnComesFirst(a: Slot, b: Slot): boolean {
  if (a.turn !== b.turn) return a.turn < b.turn;
  return a.deadlineMono !== b.deadlineMono ? a.deadlineMono < b.deadlineMono : a.ordinal < b.ordinal;
}
