import type { Slot } from './slot.ts';

/** How many verdicts a slot may be behind its share and still make up for, because its frame came a moment too late for its turn. */
const CREDIT = 1;

/**
 * Weighted max-min fairness by virtual time. Each verdict moves a slot's turn on by 1/weight; the lowest turn goes first (start-time fair
 * queueing: Goyal, Vin, Cheng, SIGCOMM 1996). Virtual time is the earliest turn served of those who ask for more than their share, and
 * grows at least as if everybody did (Bennett and Zhang, SIGCOMM 1996): so it stays with the many.
 *
 * Nobody is further behind it than one verdict of its own: what a slot did not use is gone, it hoards no credit. And nobody owes for more than
 * one verdict that it got while no other slot was waiting for its turn: when there is too little for all again, nobody starves for having had plenty.
 */
export class FairTurns {
  #virtualTime = 0;
  /** Of all slots. */
  #weights = 0;

  /** `slot` exists from now on. */
  join(slot: Slot): void {
    this.#weights += slot.spec.weight;
  }

  leave(slot: Slot): void {
    this.#weights -= slot.spec.weight;
  }

  /** `slot` begins to wait. */
  enter(slot: Slot): void {
    const earliest = this.#virtualTime - CREDIT / slot.spec.weight;
    slot.asksLess = slot.turnEnd < earliest;
    slot.turn = Math.max(earliest, slot.turnEnd);
  }

  /** `slots`, one at least, were served together; `contested`: by turn, and others still wait for theirs. */
  serve(slots: readonly Slot[], contested: boolean): void {
    let weights = 0;
    let earliest = Number.POSITIVE_INFINITY;
    for (const slot of slots) {
      weights += slot.spec.weight;
      if (!slot.asksLess) earliest = Math.min(earliest, slot.turn);
    }
    this.#virtualTime += slots.length / Math.max(weights, this.#weights);
    if (earliest < Number.POSITIVE_INFINITY) this.#virtualTime = Math.max(this.#virtualTime, earliest);
    for (const slot of slots) slot.turnEnd = (contested ? slot.turn : Math.min(slot.turn, this.#virtualTime)) + 1 / slot.spec.weight;
  }
}

/** Whose turn it is; between equal turns the earlier deadline goes first. */
export function turnComesFirst(a: Slot, b: Slot): boolean {
  if (a.turn !== b.turn) return a.turn < b.turn;
  return a.deadlineMono !== b.deadlineMono ? a.deadlineMono < b.deadlineMono : a.ordinal < b.ordinal;
}
