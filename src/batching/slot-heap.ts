import type { Slot } from './slot.ts';

/** A binary heap of slots that also removes from its middle. The order of a slot must not change while it is inside. */
export class SlotHeap {
  readonly #comesFirst: (a: Slot, b: Slot) => boolean;
  readonly #items: Slot[] = [];
  /** Position by the slot's ordinal; -1 when outside. */
  readonly #positions: number[] = [];

  constructor(comesFirst: (a: Slot, b: Slot) => boolean) {
    this.#comesFirst = comesFirst;
  }

  /** In no particular order but that the first comes first. Valid until the next change. */
  get items(): readonly Slot[] {
    return this.#items;
  }

  get size(): number {
    return this.#items.length;
  }

  first(): Slot | undefined {
    return this.#items[0];
  }

  has(slot: Slot): boolean {
    return (this.#positions[slot.ordinal] ?? -1) >= 0;
  }

  push(slot: Slot): void {
    while (this.#positions.length <= slot.ordinal) this.#positions.push(-1);
    this.#items.push(slot);
    this.#rise(slot, this.#items.length - 1);
  }

  remove(slot: Slot): void {
    const at = this.#positions[slot.ordinal] ?? -1;
    if (at < 0) return;
    this.#positions[slot.ordinal] = -1;
    const last = this.#items.pop();
    if (last === undefined || last === slot) return;
    this.#rise(last, this.#sink(last, at));
  }

  #rise(slot: Slot, from: number): void {
    let at = from;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = this.#items[above];
      if (parent === undefined || !this.#comesFirst(slot, parent)) break;
      this.#put(parent, at);
      at = above;
    }
    this.#put(slot, at);
  }

  #sink(slot: Slot, from: number): number {
    let at = from;
    for (;;) {
      const left = this.#items[2 * at + 1];
      if (left === undefined) return at;
      const right = this.#items[2 * at + 2];
      const rightFirst = right !== undefined && this.#comesFirst(right, left);
      const child = rightFirst ? right : left;
      if (!this.#comesFirst(child, slot)) return at;
      this.#put(child, at);
      at = 2 * at + (rightFirst ? 2 : 1);
    }
  }

  #put(slot: Slot, at: number): void {
    this.#items[at] = slot;
    this.#positions[slot.ordinal] = at;
  }
}
