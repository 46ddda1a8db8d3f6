import type { Situation } from './policy.ts';
import type { Slot } from './slot.ts';

/** Above this many waiting frames single deadlines are no longer played through: the best size under the cap is right. */
const PLAY_THROUGH_LIMIT = 64;
const WORTHWHILE_GAIN = 1.02;

/**
 * The largest batch that may start in the feasible regime. Large ones are in the way of frames that come while they run and have little time; small ones may be too
 * slow for all that is asked. The size is taken by which the smallest share of the frames suffers one or the other, and of sizes that are alike the largest.
 */
export function batchSizeCap(situation: Situation): number {
  const { costs, framesPerMs } = situation;
  let cap = costs.ladder[0] ?? 1;
  let least = Number.POSITIVE_INFINITY;
  for (const size of costs.ladder) {
    const asked = (framesPerMs * costs.typicalMs(size)) / size;
    const harmed = shareInTheWay(situation, size) + Math.max(0, asked - 1);
    if (harmed > least) continue;
    cap = size;
    least = harmed;
  }
  return cap;
}

/**
 * The share of all frames that would be late because a batch of `size` was running when they came. A frame comes at any moment of that batch, with those that are in no
 * less of a hurry; what is left of the batch and the one for all of them must fit into its bound.
 */
function shareInTheWay({ costs, framesPerMs, hurries }: Situation, size: number): number {
  const runsMs = costs.safeMs(size);
  let hurried = 0;
  let late = 0;
  for (const { roomMs, share } of hurries) {
    hurried += share;
    const together = Math.min(costs.largestSize, Math.max(1, Math.ceil(hurried * framesPerMs * runsMs)));
    const neededMs = costs.preprocessMs(1) + costs.safeMs(costs.sizeFor(together)) + costs.overheadMs;
    late += share * Math.min(1, Math.max(0, (runsMs + neededMs - roomMs) / runsMs));
  }
  return late;
}

/**
 * How many frames the next batch takes. Each allowed size up to `cap` is played through for all that wait, in order of deadline: the
 * one under which the fewest miss their bound wins, then the one with the least delay for those who wait and those who will come meanwhile.
 */
export function bestCount(situation: Situation, cap: number): number {
  const { costs, waiting } = situation;
  if (waiting.length > PLAY_THROUGH_LIMIT) return mostEfficient(situation, cap);
  const deadlines = situation.due.toSorted(byDeadline).map((slot) => slot.frameDeadlineMono);
  let best = 1;
  let fewest = Number.POSITIVE_INFINITY;
  let least = Number.POSITIVE_INFINITY;
  for (const size of costs.ladder) {
    if (size > cap) break;
    const { missed, delay } = playThrough(situation, size, deadlines);
    if (missed < fewest || (missed === fewest && delay < least)) {
      best = Math.min(size, waiting.length);
      fewest = missed;
      least = delay;
    }
    if (size >= waiting.length) break;
  }
  return best;
}

function mostEfficient({ costs, waiting }: Situation, cap: number): number {
  let best = costs.ladder[0] ?? 1;
  for (const size of costs.ladder) {
    if (size <= cap && size / costs.typicalMs(size) > (WORTHWHILE_GAIN * best) / costs.typicalMs(best)) best = size;
  }
  return Math.min(best, waiting.length);
}

/**
 * What serving everybody in batches of `size` leads to. `delay` is the sum of all waiting, frames × ms: of those here, and of those who come while
 * the engine is busy (λW²/2, stretched by 1/(1−ρ) as each delay meets further arrivals).
 */
function playThrough(situation: Situation, size: number, deadlines: readonly number[]): { missed: number; delay: number } {
  const { nowMono, costs, waiting, framesPerMs } = situation;
  let missed = 0;
  let delay = 0;
  const start = Math.max(situation.engineFreeMono, nowMono + costs.preprocessMs(Math.min(size, waiting.length)));
  let end = start;
  let safeEnd = start + costs.overheadMs;
  for (let done = 0; done < waiting.length; done += size) {
    const count = Math.min(size, waiting.length - done);
    const runs = costs.sizeFor(count);
    end += costs.typicalMs(runs);
    safeEnd += costs.safeMs(runs);
    delay += count * (end - nowMono);
    for (let index = done; index < done + count; index++) if ((deadlines[index] ?? Number.POSITIVE_INFINITY) < safeEnd) missed++;
  }
  const utilisation = Math.min(0.98, (framesPerMs * costs.typicalMs(size)) / size);
  const busyMs = end - start;
  return { missed, delay: delay + (framesPerMs * busyMs * busyMs) / (2 * (1 - utilisation)) };
}

function byDeadline(a: Slot, b: Slot): number {
  return a.deadlineMono - b.deadlineMono;
}
