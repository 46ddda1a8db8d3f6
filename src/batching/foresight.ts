import { bestFirstMove, MOST_TASKS, type Move, type Task } from './move-search.ts';
import type { Situation } from './policy.ts';

/** Looking ahead pays where a batch that is in the way costs at least this share of the tightest bound. */
const IN_THE_WAY = 0.15;
/** How far ahead, in smallest batches: whatever comes later can still be planned for later. */
const HORIZON_BATCHES = 3;
/** A beat that is usually off by more smallest batches than this says nothing. */
const FORESEEABLE = 1.5;
/** Of those who wait, the most urgent. */
const MOST_WAITING = 20;
/** A frame that is late is waited for so many times the usual error; then the one after it is expected. */
const PATIENCE = 3;
/** Kept free before each deadline for late timers, ms. */
const SLACK_MS = 2;
const JUST_AFTER_MS = 0.01;
/** When single pictures would keep the engine busier than this, its time is what there is too little of. */
const SCARCE = 0.85;
const WORTHWHILE_GAIN = 1.05;

export function isWorthLookingAhead({ costs, tightestRoomMs }: Situation): boolean {
  return costs.typicalMs(costs.ladder[0] ?? 1) > IN_THE_WAY * tightestRoomMs;
}

/**
 * What to do now, seen from what waits and from the frames that are foreseen: cameras are regular, so a batch need not be in the way of an urgent frame that is about to come. `idleUntilMono`:
 * for how long at most the engine may be left idle while somebody waits.
 */
export function lookAhead(situation: Situation, idleUntilMono: number): Move {
  const { nowMono, engineFreeMono, costs, waiting, framesPerMs } = situation;
  const startMono = Math.max(engineFreeMono, nowMono + costs.preprocessMs(1));
  const smallestMs = costs.typicalMs(costs.ladder[0] ?? 1);
  const thrifty = framesPerMs * smallestMs > SCARCE && smallestMs * costs.bestRatePerMs > WORTHWHILE_GAIN;
  const reserveMs = costs.overheadMs + SLACK_MS;
  const bestEndMono = startMono + smallestMs;
  const tasks: Task[] = [];
  for (const slot of waiting) {
    // With luck it makes its bound: then it does only if it goes at once.
    if (slot.frameDeadlineMono >= bestEndMono)
      tasks.push({ readyMono: startMono, dueMono: Math.max(bestEndMono, slot.frameDeadlineMono - reserveMs) });
    // Where time is scarce those that are late get what is left over.
    else if (!thrifty) tasks.push({ readyMono: startMono, dueMono: Number.POSITIVE_INFINITY });
  }
  tasks.sort(byDue);
  tasks.splice(MOST_WAITING);
  const somebodyIsLate = tasks.length < waiting.length;
  const expected = expectedTasks(situation, startMono, startMono + HORIZON_BATCHES * smallestMs);
  tasks.push(...expected.slice(0, MOST_TASKS - tasks.length));
  const move = bestFirstMove({ tasks: tasks.sort(byDue), nowMono, startMono, idleUntilMono, costs, thrifty });
  if (!('untilMono' in move)) return move;
  // The engine is not left idle for a hope while somebody waits who has waited too long already.
  return somebodyIsLate ? { size: costs.ladder[0] ?? 1 } : move;
}

/** Frames that will probably be offered before `untilMono`, in order. None of them can be in a batch that is formed now, so none is ready before it starts. */
function expectedTasks({ nowMono, slots, costs }: Situation, startMono: number, untilMono: number): Task[] {
  const tasks: Task[] = [];
  const smallestMs = costs.typicalMs(costs.ladder[0] ?? 1);
  for (const { rhythm, roomMs } of slots) {
    const { errorMs, periodMs } = rhythm;
    if (errorMs > FORESEEABLE * smallestMs) continue;
    for (let offeredMono = rhythm.after(nowMono - PATIENCE * errorMs); offeredMono < untilMono; offeredMono += periodMs) {
      const readyMono = Math.max(startMono + JUST_AFTER_MS, Math.max(nowMono, offeredMono) + costs.preprocessMs(1));
      tasks.push({ readyMono, dueMono: offeredMono + roomMs - costs.overheadMs - SLACK_MS });
    }
  }
  return tasks.sort((a, b) => a.readyMono - b.readyMono);
}

function byDue(a: Task, b: Task): number {
  return a.dueMono - b.dueMono;
}
