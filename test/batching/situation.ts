import { CostModel } from '../../src/batching/cost-model.ts';
import type { Hurry, Situation } from '../../src/batching/policy.ts';
import type { Slot } from '../../src/batching/slot.ts';
import { waitingSlot } from './frames.ts';

const SIZES: readonly number[] = [1, 2, 4, 8, 16];
export const flat: CostModel = new CostModel(SIZES, Object.fromEntries(SIZES.map((size) => [size, 30 * size])));
export const gpu: CostModel = new CostModel(SIZES, Object.fromEntries(SIZES.map((size) => [size, 5 + 0.9 * size])));

for (let batch = 0; batch < 60; batch++) gpu.observe(16, 16, gpu.typicalMs(16), 9.6);

/** `count` slots with a frame that came at `receivedMono`. */
export function slots(count: number, receivedMono: number = 1_000, maxLatencyMs: number = 500): Slot[] {
  return Array.from({ length: count }, (_, index) => waitingSlot(index, receivedMono, { maxLatencyMs }));
}

/** An idle engine at 1,000 ms, an unhurried load, a flat curve, unless said otherwise. */
export function situation(waiting: readonly Slot[], over: Partial<Situation> = {}): Situation {
  return {
    nowMono: 1_000,
    due: waiting,
    waiting,
    engineFreeMono: 1_000,
    costs: flat,
    framesPerMs: 0.01,
    overloaded: false,
    hurries: [],
    slots: waiting,
    slotCount: 100,
    ...over,
  };
}

/** All frames leave so much time. */
export function allLeave(roomMs: number): Hurry[] {
  return [{ roomMs, share: 1 }];
}
