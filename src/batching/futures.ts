import type { CostModel } from './cost-model.ts';
import type { Situation } from './policy.ts';

/** A frame that will probably be offered. */
export interface ExpectedFrame {
  /** The beat that it belongs to, monotonic ms. */
  readonly beatMono: number;
  /** How far off beats are on average, ms. */
  readonly errorMs: number;
  /** It is not offered before, monotonic ms. */
  readonly notBeforeMono: number;
  /** What is left of its bound when it is offered, ms. */
  readonly roomMs: number;
  /** 32 bits, others for each frame: they decide in which future it is how early or late. */
  readonly lot: number;
}

/** One of the ways in which things may go on. */
export interface Future {
  /** When the frame is offered, monotonic ms. */
  readonly offeredMono: (frame: ExpectedFrame) => number;
  /** What a batch of an allowed size takes, ms. */
  readonly batchMs: (size: number) => number;
}

/** Futures that are played through, a power of two; twice as many are no better. */
const FUTURES = 8;
/** A beat that is usually off by more smallest batches than this says nothing. */
const FORESEEABLE = 3;
/** A frame that is late is waited for so many times the usual error; then the one after it is expected. */
const PATIENCE = 3;
/** Frames are offered up to so many times the usual error from their beat. */
const ERRORS = 2;
/** Multiples of it, less their whole part, are spread evenly. */
const GOLDEN = 0.618034;

/** The first frames that belong to beats before `untilMono`, at most `most`. */
export function expectedFrames({ nowMono, slots, costs }: Situation, untilMono: number, most: number): ExpectedFrame[] {
  const frames: ExpectedFrame[] = [];
  const smallestMs = costs.typicalMs(costs.ladder[0] ?? 1);
  for (const { rhythm, roomMs, ordinal } of slots) {
    const { errorMs, periodMs } = rhythm;
    if (errorMs > FORESEEABLE * smallestMs) continue;
    const firstMono = rhythm.after(nowMono - PATIENCE * errorMs);
    for (let beat = 0, beatMono = firstMono; beatMono < untilMono && beat < most; beat++, beatMono = firstMono + beat * periodMs) {
      frames.push({ beatMono, errorMs, notBeforeMono: nowMono, roomMs, lot: scrambled(Math.imul(ordinal + 1, 0x9e37_79b1) + frames.length) });
    }
  }
  return frames.length > most ? frames.sort((a, b) => a.beatMono - b.beatMono).slice(0, most) : frames;
}

/**
 * Frames earlier or later than their beat, each in its own order (Latin hypercube sampling), and batches that take a bit less or more. No random
 * numbers: the same situation has the same futures.
 */
export function futuresOf(costs: Pick<CostModel, 'typicalMs' | 'safeMs'>): Future[] {
  return Array.from({ length: FUTURES }, (_, index): Future => {
    // Around the middle between median and 95th percentile: a plan made of medians is late every other time.
    const stretch = 0.5 + centred(((index + 1) * GOLDEN) % 1);
    return {
      offeredMono: ({ beatMono, errorMs, notBeforeMono, lot }) => {
        const at = centred(shareOf(index, lot));
        const offeredMono = beatMono + ERRORS * errorMs * at;
        // Overdue: then it comes soon.
        return offeredMono > notBeforeMono ? offeredMono : notBeforeMono + (errorMs * (at + 1)) / 2;
      },
      batchMs: (size) => costs.typicalMs(size) + stretch * (costs.safeMs(size) - costs.typicalMs(size)),
    };
  });
}

/** 0…1, in each future in another of as many equal parts; which one, and where in it, the lot decides. */
function shareOf(future: number, lot: number): number {
  const step = 2 * (lot >>> 24) + 1;
  const part = (step * future + (lot >>> 16)) % FUTURES;
  return (part + (lot & 0xffff) / 0x1_0000) / FUTURES;
}

/** −1…1 from 0…1. */
function centred(share: number): number {
  return 2 * share - 1;
}

/** Every bit of the result depends on every bit of `value` (the last step of MurmurHash3, Appleby 2011); 32 bits. */
function scrambled(value: number): number {
  let bits = value;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85eb_ca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2_ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
