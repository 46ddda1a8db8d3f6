import { batchSizeCap, bestCount } from './batch-size.ts';
import { isWorthLookingAhead, lookAhead } from './foresight.ts';
import type { BatchingPolicy, Decision, Situation } from './policy.ts';
import { TIMER_GRAIN_MS } from './wake-timer.ts';

/** Waiting is worth while when it makes a frame cheaper by at least this share … */
const LEAST_GAIN = 0.05;
/** … and by so much more for each batch time that it takes. */
const GAIN_PER_BATCH_TIME = 0.2;
/** Kept free before each deadline for late timers and a busy event loop, ms. */
const SLACK_MS = 3;

/**
 * Every camera's own bound and the measured cost of each size, in two regimes. While all can be served: earliest deadline first, started when
 * waiting wins nothing more, at the latest when the most urgent frame would just make its bound. When more is asked than can be
 * done: the size with the best throughput, shared by fair turns.
 */
export const deadlinePolicy: BatchingPolicy = { order: 'deadline', decide };

function decide(situation: Situation): Decision {
  const { waiting, costs } = situation;
  if (situation.overloaded) {
    const count = Math.min(waiting.length, costs.trialSize(waiting.length) ?? costs.bestSizeFor(waiting.length));
    return { action: 'flush', count, by: 'turn', reason: 'overload' };
  }
  return isWorthLookingAhead(situation) ? foreseen(situation) : grown(situation);
}

/** Batches are long against the bounds: which one is in whose way is played through. */
function foreseen(situation: Situation): Decision {
  const { nowMono, waiting, costs } = situation;
  const smallest = costs.ladder[0] ?? 1;
  const move = lookAhead(situation, latestSafeStart(situation, smallest));
  if ('untilMono' in move && move.untilMono - nowMono >= TIMER_GRAIN_MS) return { action: 'wait', untilMono: move.untilMono };
  const count = 'size' in move ? move.size : smallest;
  return { action: 'flush', count, by: 'order', reason: waiting.length >= costs.largestSize ? 'full' : 'idle' };
}

/** Batches are short: one may grow as long as that makes frames cheaper. */
function grown(situation: Situation): Decision {
  const { nowMono, waiting } = situation;
  const cap = batchSizeCap(situation);
  const count = bestCount(situation, cap);
  if (waiting.length >= cap) return { action: 'flush', count, by: 'order', reason: count >= cap ? 'full' : 'idle' };
  const untilMono = latestSafeStart(situation, cap);
  const timeIsUp = untilMono - nowMono < TIMER_GRAIN_MS;
  if (!companyGains(situation, cap, count, timeIsUp ? nowMono : untilMono)) return { action: 'flush', count, by: 'order', reason: 'idle' };
  return timeIsUp ? { action: 'flush', count, by: 'order', reason: 'deadline' } : { action: 'wait', untilMono };
}

/**
 * Until when a batch may be left to grow: later, and the most urgent frame misses its bound (its batch as large as it can have
 * become), or a camera's next frame replaces the one that waits.
 */
function latestSafeStart({ waiting, costs }: Situation, cap: number): number {
  const leadMs = costs.preprocessMs(cap) + costs.safeMs(cap) + costs.overheadMs + SLACK_MS;
  let latest = Number.POSITIVE_INFINITY;
  for (const slot of waiting) latest = Math.min(latest, slot.deadlineMono - leadMs, slot.replacedMono);
  return latest;
}

/**
 * Whether a larger batch would make frames so much cheaper that waiting for it pays. The more time company is expected to take, the more it
 * must save; company that cannot be here by `untilMono` does not count, unless time is up anyway.
 */
function companyGains({ nowMono, waiting, costs, framesPerMs, slotCount }: Situation, cap: number, count: number, untilMono: number): boolean {
  const timeIsUp = untilMono <= nowMono;
  const reachable = Math.min(cap, slotCount, timeIsUp ? cap : waiting.length + framesPerMs * (untilMono - nowMono));
  const nowEach = costs.typicalMs(costs.sizeFor(count)) / count;
  return costs.ladder.some((size) => {
    if (size <= waiting.length || size > reachable) return false;
    const sizeMs = costs.typicalMs(size);
    const waitMs = timeIsUp ? 0 : (size - waiting.length) / framesPerMs;
    return nowEach / (sizeMs / size) - 1 > LEAST_GAIN + (GAIN_PER_BATCH_TIME * waitMs) / sizeMs;
  });
}
