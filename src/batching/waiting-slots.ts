import type { BatchEntry } from './batch.ts';
import { turnComesFirst } from './fairness.ts';
import type { Slot } from './slot.ts';
import { SlotHeap } from './slot-heap.ts';

/** In which order frames are taken while there is enough engine for everybody. */
export type ServiceOrder = 'deadline' | 'arrival';

/**
 * The slots that hold a frame, in the orders in which they may be served: by deadline (or arrival), and by fair turn. Frames that
 * can no longer make their bound, whatever is done, stand behind those that still can; a slot that starves goes before all.
 */
export class WaitingSlots {
  readonly #order: ServiceOrder;
  /** Without those that are late. */
  readonly #due: SlotHeap;
  readonly #unserved: SlotHeap;
  readonly #turns: SlotHeap;

  constructor(order: ServiceOrder) {
    this.#order = order;
    this.#due = new SlotHeap(order === 'deadline' ? deadlineComesFirst : arrivalComesFirst);
    this.#unserved = new SlotHeap(starvesFirst);
    this.#turns = new SlotHeap(turnComesFirst);
  }

  get size(): number {
    return this.#turns.size;
  }

  /** Those that can still make their bound as far as is known, in no order. Valid until the next change. */
  get due(): readonly Slot[] {
    return this.#due.items;
  }

  /** Everybody, in no order. Valid until the next change. */
  get all(): readonly Slot[] {
    return this.#turns.items;
  }

  add(slot: Slot): void {
    this.#due.push(slot);
    this.#unserved.push(slot);
    this.#turns.push(slot);
  }

  /** A newer frame came into a slot that was waiting: one that was late may make its bound again. */
  renew(slot: Slot): void {
    if (!this.#due.has(slot)) this.#due.push(slot);
  }

  remove(slot: Slot): void {
    this.#due.remove(slot);
    this.#unserved.remove(slot);
    this.#turns.remove(slot);
  }

  /** Takes up to `count` slots in the service order; of frames that cannot be judged by their bound when the batch ends at `endMono`, only what is left over. */
  takeInOrder(count: number, nowMono: number, endMono: number, expired: (entry: BatchEntry) => void): Slot[] {
    const taken: Slot[] = [];
    const byDeadline = this.#order === 'deadline';
    while (taken.length < count) {
      const longest = this.#unserved.first();
      if (longest === undefined) break;
      const starves = byDeadline && longest.isStarving(nowMono);
      const slot = starves ? longest : (this.#due.first() ?? longest);
      if (byDeadline && !starves && slot.frameDeadlineMono < endMono && this.#due.has(slot)) this.#due.remove(slot);
      else this.#move(slot, taken, nowMono, expired);
    }
    return taken;
  }

  /** Takes up to `count` slots whose turn it is. */
  takeByTurn(count: number, nowMono: number, expired: (entry: BatchEntry) => void): Slot[] {
    const taken: Slot[] = [];
    while (taken.length < count) {
      const slot = this.#turns.first();
      if (slot === undefined) break;
      this.#move(slot, taken, nowMono, expired);
    }
    return taken;
  }

  #move(slot: Slot, taken: Slot[], nowMono: number, expired: (entry: BatchEntry) => void): void {
    this.remove(slot);
    if (!slot.isExpired(nowMono)) {
      taken.push(slot);
      return;
    }
    const entry = slot.take();
    if (entry !== null) expired(entry);
  }
}

/** Between equal deadlines it is fair turns again: cameras in step must not fall into one fixed order. */
function deadlineComesFirst(a: Slot, b: Slot): boolean {
  return a.deadlineMono !== b.deadlineMono ? a.deadlineMono < b.deadlineMono : turnComesFirst(a, b);
}

function arrivalComesFirst(a: Slot, b: Slot): boolean {
  return a.unservedSince !== b.unservedSince ? a.unservedSince < b.unservedSince : turnComesFirst(a, b);
}

function starvesFirst(a: Slot, b: Slot): boolean {
  return a.starvesMono < b.starvesMono;
}
