import { type ExpectedFrame, expectedFrames, type Future, futuresOf } from './futures.ts';
import { type Choice, CourseSearch, MISS, MOST_TASKS, type Move, type Outlook, type Task } from './move-search.ts';
import type { Situation } from './policy.ts';

/** Looking ahead pays where a batch that is in the way costs at least this share of the tightest bound. */
const IN_THE_WAY = 0.15;
/** … and where large batches make a picture hardly cheaper, at most by this factor: else the next one is as large as it can be, and what is in whose way is seen too late by a plan of a few frames. */
const MOST_GAIN = 2;
/** How far ahead, in smallest batches: whatever comes later can still be planned for later. */
const HORIZON_BATCHES = 5;
/** Of those who wait, the most urgent. */
const MOST_WAITING = 20;
/** Kept free before each deadline for late timers, ms. */
const SLACK_MS = 2;
const JUST_AFTER_MS = 0.01;
/** After so many futures … */
const CLEAR_AFTER = 3;
/** … a move is out that has missed so many more than the best. */
const CLEAR_MISSES = 2;
/** When single pictures would keep the engine busier than this, its time is what there is too little of. */
const SCARCE = 0.85;
const WORTHWHILE_GAIN = 1.05;

export function isWorthLookingAhead({ costs, hurries }: Situation): boolean {
  const smallestMs = costs.typicalMs(costs.ladder[0] ?? 1);
  return smallestMs > IN_THE_WAY * (hurries[0]?.roomMs ?? Number.POSITIVE_INFINITY) && smallestMs * costs.bestRatePerMs <= MOST_GAIN;
}

/**
 * What to do now, seen from what waits and from the frames that are foreseen: cameras are regular, so a batch need not be in the way of an urgent frame
 * that is about to come. Nobody knows when exactly it comes, nor how long the batches will take, so each move is played through in several futures, and
 * the one that is best on average is taken (the *expectation algorithm* of online stochastic optimisation; Bent and Van Hentenryck 2004). `idleUntilMono`: for
 * how long at most the engine may be left idle while somebody waits.
 */
export function lookAhead(situation: Situation, idleUntilMono: number): Move {
  const { nowMono, engineFreeMono, costs, waiting, framesPerMs } = situation;
  const smallest = costs.ladder[0] ?? 1;
  const smallestMs = costs.typicalMs(smallest);
  const startMono = Math.max(engineFreeMono, nowMono + costs.preprocessMs(1));
  const thrifty = framesPerMs * smallestMs > SCARCE && smallestMs * costs.bestRatePerMs > WORTHWHILE_GAIN;
  const waitingTasks = tasksOfWaiting(situation, startMono, thrifty);
  const choices: Choice[] = costs.ladder.filter((_, index) => waiting.length > (costs.ladder[index - 1] ?? 0));
  // The engine is not left idle for a hope while somebody waits who has waited too long already.
  if (waitingTasks.length === waiting.length) choices.push('wait');
  if (choices.length === 1) return { size: smallest };

  const expected = expectedFrames(situation, startMono + HORIZON_BATCHES * smallestMs, MOST_TASKS);
  const outlooks = futuresOf(costs).map(
    (future): Outlook => ({
      tasks: [...waitingTasks, ...tasksOfExpected(situation, expected, startMono, future).slice(0, MOST_TASKS - waitingTasks.length)].sort(byDue),
      nowMono,
      startMono,
      idleUntilMono,
      costs,
      batchMs: future.batchMs,
      thrifty,
    }),
  );
  return bestOnAverage(outlooks, choices) ?? { size: smallest };
}

/** The choices that lead on average, future by future, until one is left. Null when none is possible in all of them. */
function bestOnAverage(outlooks: readonly Outlook[], choices: readonly Choice[]): Move | null {
  let racing = choices.map((choice) => ({ choice, score: 0, untilMono: 0 }));
  for (const [index, outlook] of outlooks.entries()) {
    const search = new CourseSearch(outlook);
    for (const runner of racing) {
      const prospect = search.best(runner.choice);
      runner.score += prospect?.score ?? Number.POSITIVE_INFINITY;
      // When the frame that is waited for comes, it is decided anew.
      if (prospect !== null && 'untilMono' in prospect.first) runner.untilMono = Math.max(runner.untilMono, prospect.first.untilMono);
    }
    const leastScore = Math.min(...racing.map(({ score }) => score));
    const isFar = index + 1 >= CLEAR_AFTER;
    racing = racing.filter(({ score }) => score < leastScore + (isFar ? CLEAR_MISSES * MISS : Number.POSITIVE_INFINITY));
    if (racing.length <= 1 && isFar) break;
  }
  const [best] = racing.toSorted((a, b) => a.score - b.score);
  if (best === undefined) return null;
  return best.choice === 'wait' ? { untilMono: best.untilMono } : { size: best.choice };
}

function tasksOfWaiting({ waiting, costs }: Situation, startMono: number, thrifty: boolean): Task[] {
  const reserveMs = costs.overheadMs + SLACK_MS;
  const bestEndMono = startMono + costs.typicalMs(costs.ladder[0] ?? 1);
  const tasks: Task[] = [];
  for (const slot of waiting) {
    // With luck it makes its bound: then it does only if it goes at once.
    if (slot.frameDeadlineMono >= bestEndMono)
      tasks.push({ readyMono: startMono, dueMono: Math.max(bestEndMono, slot.frameDeadlineMono - reserveMs) });
    // Where time is scarce those that are late get what is left over.
    else if (!thrifty) tasks.push({ readyMono: startMono, dueMono: Number.POSITIVE_INFINITY });
  }
  return tasks.sort(byDue).slice(0, MOST_WAITING);
}

/** The frames that come in this future, in order. None of them can be in a batch that is formed now, so none is ready before it starts. */
function tasksOfExpected({ costs }: Situation, expected: readonly ExpectedFrame[], startMono: number, future: Future): Task[] {
  const reserveMs = costs.overheadMs + SLACK_MS;
  const tasks = expected.map((frame): Task => {
    const offeredMono = future.offeredMono(frame);
    return { readyMono: Math.max(startMono + JUST_AFTER_MS, offeredMono + costs.preprocessMs(1)), dueMono: offeredMono + frame.roomMs - reserveMs };
  });
  return tasks.sort((a, b) => a.readyMono - b.readyMono);
}

function byDue(a: Task, b: Task): number {
  return a.dueMono - b.dueMono;
}
