import type { CostModel } from './cost-model.ts';

/** A frame that waits, or is expected. Times are monotonic, ms. */
export interface Task {
  /** A batch with it can start from then on. */
  readonly readyMono: number;
  /** Its batch must end by then; Infinity when it is late already. */
  readonly dueMono: number;
}

export interface Outlook {
  /** At most `MOST_TASKS`, by `dueMono`. */
  readonly tasks: readonly Task[];
  readonly nowMono: number;
  /** When the engine is free. */
  readonly startMono: number;
  /** The first move must not leave the engine idle for longer than until then. */
  readonly idleUntilMono: number;
  readonly costs: Pick<CostModel, 'ladder' | 'typicalMs' | 'safeMs' | 'preprocessMs' | 'bestRatePerMs'>;
  /** Among moves that miss the same: those that keep the engine busy for less go first, instead of those that make people wait less. */
  readonly thrifty: boolean;
}

/** What to do first: run a batch of at most this allowed size, or leave the engine idle until a frame has come. */
export type Move = { readonly size: number } | { readonly untilMono: number };

/** One bit a task. */
export const MOST_TASKS = 30;
/** Courses that are followed at a time; more find little that is better. */
const BEAM = 12;
/** A missed frame outweighs all waiting, ms. */
const MISS = 1e9;
/** What the engine's time weighs against the waiting of all, by `thrifty`. */
const ENGINE_WEIGHT = { thrifty: 1e4, generous: 1 };

interface Course {
  readonly first: Move | null;
  readonly atMono: number;
  /** Bits of tasks that are judged or given up. */
  readonly ended: number;
  readonly missed: number;
  readonly delayMs: number;
  /** Never more than what the course will cost in the end. */
  readonly score: number;
}

/**
 * Plays courses of batches through for the given tasks and returns the first move of the best: the fewest missed, then the least cost. A beam search,
 * since the tree is far too large; frames are taken in the order in which they are due, and the engine is left idle only for a frame that comes
 * before one could have been judged meanwhile.
 */
export function bestFirstMove(outlook: Outlook): Move {
  let beam: Course[] = [{ first: null, atMono: outlook.startMono, ended: 0, missed: 0, delayMs: 0, score: 0 }];
  let best: Course | null = null;
  while (beam.length > 0) {
    const next: Course[] = [];
    for (const course of beam) {
      if (best !== null && course.score >= best.score) break;
      follow(outlook, course, next);
    }
    next.sort((a, b) => a.score - b.score);
    beam = [];
    for (const course of next) {
      if (best !== null && course.score >= best.score) break;
      if (course.ended === all(outlook)) best = course;
      else if (beam.length < BEAM) beam.push(course);
    }
  }
  return best?.first ?? { size: outlook.costs.ladder[0] ?? 1 };
}

/** Adds what can be done next. */
function follow(outlook: Outlook, { first, atMono, ended, missed, delayMs }: Course, next: Course[]): void {
  const { tasks, costs, nowMono, idleUntilMono } = outlook;
  const soonestMono = atMono + costs.typicalMs(costs.ladder[0] ?? 1);
  let open = 0;
  let waiting = 0;
  let comingMono = Number.POSITIVE_INFINITY;
  for (const [bit, { readyMono, dueMono }] of tasks.entries()) {
    if ((ended & (1 << bit)) !== 0) continue;
    if (readyMono > atMono) comingMono = Math.min(comingMono, readyMono);
    else if (dueMono < soonestMono) {
      ended |= 1 << bit;
      missed++;
    } else {
      open |= 1 << bit;
      waiting++;
    }
  }
  if (waiting === 0 && comingMono === Number.POSITIVE_INFINITY) {
    next.push(scored(outlook, first, atMono, ended, missed, delayMs));
    return;
  }
  const before = next.length;
  let smaller = 0;
  for (const size of costs.ladder) {
    if (waiting <= smaller) break;
    // The first batch has to be prepared yet; later ones are while others run. A plan made of medians is late every other time.
    const beginMono = first === null ? Math.max(atMono, nowMono + costs.preprocessMs(Math.min(size, waiting))) : atMono;
    const endMono = beginMono + (costs.typicalMs(size) + costs.safeMs(size)) / 2;
    let count = 0;
    let judged = 0;
    let waitedMs = 0;
    for (let bits = open; bits !== 0 && count < size; bits &= bits - 1) {
      const bit = 31 - Math.clz32(bits & -bits);
      const task = tasks[bit];
      if (task === undefined || task.dueMono < endMono) continue;
      judged |= 1 << bit;
      waitedMs += endMono - task.readyMono;
      count++;
    }
    // Fewer fit into a smaller batch, and are through sooner.
    if (count > smaller) next.push(scored(outlook, first ?? { size }, endMono, ended | judged, missed, delayMs + waitedMs));
    smaller = size;
  }
  if (comingMono < soonestMono || waiting === 0) {
    if (first !== null || waiting === 0 || comingMono <= idleUntilMono) {
      next.push(scored(outlook, first ?? { untilMono: comingMono }, comingMono, ended, missed, delayMs));
    }
  }
  // All who wait can be judged in time with luck alone: the course goes on without them.
  if (next.length === before) next.push(scored(outlook, first ?? { size: costs.ladder[0] ?? 1 }, atMono, ended | open, missed + waiting, delayMs));
}

function scored(outlook: Outlook, first: Move | null, atMono: number, ended: number, missed: number, delayMs: number): Course {
  const { tasks, costs, startMono, thrifty } = outlook;
  const soonestMono = atMono + costs.typicalMs(costs.ladder[0] ?? 1);
  let left = 0;
  let lost = missed;
  let waitedMs = delayMs;
  for (let bits = all(outlook) & ~ended; bits !== 0; bits &= bits - 1) {
    const task = tasks[31 - Math.clz32(bits & -bits)];
    if (task === undefined) continue;
    left++;
    if (task.readyMono < atMono) waitedMs += atMono - task.readyMono;
    if (task.dueMono < soonestMono) lost++;
  }
  const busyMs = atMono - startMono + left / costs.bestRatePerMs;
  return {
    first,
    atMono,
    ended,
    missed,
    delayMs,
    score: lost * MISS + waitedMs + busyMs * (thrifty ? ENGINE_WEIGHT.thrifty : ENGINE_WEIGHT.generous),
  };
}

function all({ tasks }: Outlook): number {
  return (1 << tasks.length) - 1;
}
