import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Slot } from '../../src/batching/slot.ts';
import { SlotHeap } from '../../src/batching/slot-heap.ts';
import { waitingSlot } from './frames.ts';

describe('SlotHeap', () => {
  it('gives slots in order whatever was pushed and removed in between', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 60 }), fc.array(fc.nat(59), { maxLength: 40 }), (times, removals) => {
        const heap = new SlotHeap((a, b) => a.deadlineMono < b.deadlineMono);
        const slots = times.map((time, index) => waitingSlot(index, time));
        for (const slot of slots) heap.push(slot);
        const inside = new Set(slots);
        for (const index of removals) {
          const slot = slots[index];
          if (slot === undefined) continue;
          heap.remove(slot);
          inside.delete(slot);
          expect(heap.has(slot)).toBe(false);
        }
        expect(drain(heap)).toEqual([...inside].map((slot) => slot.deadlineMono).sort((a, b) => a - b));
      }),
    );
  });
});

function drain(heap: SlotHeap): number[] {
  const order: number[] = [];
  for (let slot: Slot | undefined = heap.first(); slot !== undefined; slot = heap.first()) {
    order.push(slot.deadlineMono);
    heap.remove(slot);
  }
  return order;
}
