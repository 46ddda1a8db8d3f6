import type { FlushReason } from './batch.ts';
import type { CostModel } from './cost-model.ts';
import type { Rhythm } from './rhythm.ts';
import type { Slot } from './slot.ts';
import type { ServiceOrder } from './waiting-slots.ts';

/** All that a decision may rest on. Nothing in it changes while the decision is made. */
export interface Situation {
  readonly nowMono: number;
  /** Those that can still make their bound as far as is known, in no order. */
  readonly due: readonly Slot[];
  /** All slots that hold a frame, in no order; at least one. */
  readonly waiting: readonly Slot[];
  /** When the engine will usually be free, monotonic ms; not before `nowMono`. */
  readonly engineFreeMono: number;
  readonly costs: Pick<
    CostModel,
    | 'ladder'
    | 'largestSize'
    | 'sizeFor'
    | 'sizeWithin'
    | 'safeMs'
    | 'typicalMs'
    | 'preprocessMs'
    | 'overheadMs'
    | 'bestSizeFor'
    | 'bestRatePerMs'
    | 'trialSize'
  >;
  /** Frames offered a ms, lately. */
  readonly framesPerMs: number;
  /** More is asked than can be done. */
  readonly overloaded: boolean;
  /** How much time the bounds leave that can be kept, tightest first. */
  readonly hurries: readonly Hurry[];
  /** All of them, waiting or not: whose frames are foreseen. */
  readonly slots: Iterable<Foreseeable>;
  /** Slots in all, waiting or not. */
  readonly slotCount: number;
}

/** Frames whose bounds leave about the same time. */
export interface Hurry {
  /** What is left of the bound when they are offered, ms; a little more is. */
  readonly roomMs: number;
  /** Of all frames, 0…1. */
  readonly share: number;
}

export interface Foreseeable extends Pick<Slot, 'ordinal' | 'roomMs'> {
  readonly rhythm: Pick<Rhythm, 'errorMs' | 'periodMs' | 'after'>;
}

export type Decision =
  | { readonly action: 'flush'; readonly count: number; readonly by: 'order' | 'turn'; readonly reason: FlushReason }
  /** Nothing to start before this moment (later than `nowMono`) unless something happens. */
  | { readonly action: 'wait'; readonly untilMono: number };

/**
 * Decides whether a batch starts now, how large it is, and who is in it first. Asked only when the engine could take one and somebody waits.
 * Pure: no clock, no state.
 */
export interface BatchingPolicy {
  readonly order: ServiceOrder;
  decide(situation: Situation): Decision;
}
