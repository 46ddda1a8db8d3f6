import type { CostModel } from './cost-model.ts';

/** A frame that waits, or is expected. Times are monotonic, ms. */
export interface Task {
  /** A batch with it can start from then on. */
  readonly readyMono: number;
  /** Its batch must end by then; Infinity when it is late already. */
  readonly dueMono: number;
}

/** One way in which things may go on. */
export interface Outlook {
  /** At most `MOST_TASKS`, by `dueMono`. */
  readonly tasks: readonly Task[];
  readonly nowMono: number;
  /** When the engine is free. */
  readonly startMono: number;
  /** The first move must not leave the engine idle for longer than until then. */
  readonly idleUntilMono: number;
  readonly costs: Pick<CostModel, 'ladder' | 'typicalMs' | 'preprocessMs' | 'bestRatePerMs'>;
  /** What a batch of an allowed size takes this time, ms. */
  readonly batchMs: (size: number) => number;
  /** Among courses that miss the same: those that keep the engine busy for less are better, instead of those that make people wait less. */
  readonly thrifty: boolean;
}

/** What to do first: run a batch of at most this allowed size, or leave the engine idle until a frame has come. */
export type Move = { readonly size: number } | { readonly untilMono: number };

/** Which kind of first move: an allowed size, or to leave the engine idle. */
export type Choice = number | 'wait';

/** What follows from a first move. */
export interface Prospect {
  readonly first: Move;
  /** Less is better: first the missed bounds, then the rest. */
  readonly score: number;
}

/** One bit a task. */
export const MOST_TASKS = 30;
/** Courses that are followed at a time; more find little that is better. */
const BEAM = 12;
/** A missed bound outweighs all else; what one weighs in `Prospect.score`. */
export const MISS = 1e9;
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
 * Courses of batches for the tasks of one outlook. A beam search, since the tree is far too large; frames are taken in the order in which they are
 * due, and the engine is left idle only for a frame that comes before one could have been judged meanwhile.
 */
export class CourseSearch {
  readonly #outlook: Outlook;
  readonly #readyMono: Float64Array;
  readonly #dueMono: Float64Array;
  /** By place in the ladder. */
  readonly #batchMs: Float64Array;
  readonly #soonestMs: number;
  readonly #all: number;

  constructor(outlook: Outlook) {
    const { tasks, costs, batchMs } = outlook;
    this.#outlook = outlook;
    this.#readyMono = Float64Array.from(tasks, ({ readyMono }) => readyMono);
    this.#dueMono = Float64Array.from(tasks, ({ dueMono }) => dueMono);
    this.#batchMs = Float64Array.from(costs.ladder, batchMs);
    this.#soonestMs = costs.typicalMs(costs.ladder[0] ?? 1);
    this.#all = (1 << tasks.length) - 1;
  }

  /** The best course that begins with `choice`; null when it cannot: a smaller batch holds all that wait, or nothing is to be waited for. */
  best(choice: Choice): Prospect | null {
    let beam: Course[] = [];
    this.#follow({ first: null, atMono: this.#outlook.startMono, ended: 0, missed: 0, delayMs: 0, score: 0 }, beam);
    beam = beam.filter(({ first }) => first !== null && choice === ('size' in first ? first.size : 'wait'));
    let best: Course | null = null;
    while (beam.length > 0) {
      const next: Course[] = [];
      for (const course of beam) {
        if (best !== null && course.score >= best.score) break;
        if (course.ended === this.#all) best = course;
        else this.#follow(course, next);
      }
      beam = next.sort((a, b) => a.score - b.score).slice(0, BEAM);
    }
    return best?.first ? { first: best.first, score: best.score } : null;
  }

  /** Adds what can be done next. */
  #follow({ first, atMono, ended, missed, delayMs }: Course, next: Course[]): void {
    const { costs, nowMono, idleUntilMono, tasks } = this.#outlook;
    const soonestMono = atMono + this.#soonestMs;
    let open = 0;
    let waiting = 0;
    let comingMono = Number.POSITIVE_INFINITY;
    for (let at = 0; at < tasks.length; at++) {
      const bit = 1 << at;
      if ((ended & bit) !== 0) continue;
      const readyMono = this.#readyMono[at] ?? 0;
      if (readyMono > atMono) comingMono = Math.min(comingMono, readyMono);
      else if ((this.#dueMono[at] ?? 0) < soonestMono) {
        ended |= bit;
        missed++;
      } else {
        open |= bit;
        waiting++;
      }
    }
    if (waiting === 0 && comingMono === Number.POSITIVE_INFINITY) {
      next.push(this.#scored(first, atMono, ended, missed, delayMs));
      return;
    }
    const before = next.length;
    let smaller = 0;
    for (let rung = 0; rung < costs.ladder.length && smaller < waiting; rung++) {
      const size = costs.ladder[rung] ?? 1;
      // The first batch has to be prepared yet; later ones are while others run.
      const beginMono = first === null ? Math.max(atMono, nowMono + costs.preprocessMs(Math.min(size, waiting))) : atMono;
      const endMono = beginMono + (this.#batchMs[rung] ?? 0);
      let count = 0;
      let judged = 0;
      let waitedMs = 0;
      for (let bits = open; bits !== 0 && count < size; bits &= bits - 1) {
        const at = 31 - Math.clz32(bits & -bits);
        if ((this.#dueMono[at] ?? 0) < endMono) continue;
        judged |= 1 << at;
        waitedMs += endMono - (this.#readyMono[at] ?? 0);
        count++;
      }
      // Fewer fit into a smaller batch, and are through sooner.
      if (count > smaller) next.push(this.#scored(first ?? { size }, endMono, ended | judged, missed, delayMs + waitedMs));
      smaller = size;
    }
    if (comingMono < soonestMono || waiting === 0) {
      if (first !== null || waiting === 0 || comingMono <= idleUntilMono) {
        next.push(this.#scored(first ?? { untilMono: comingMono }, comingMono, ended, missed, delayMs));
      }
    }
    // All who wait can be judged in time with luck alone: the course goes on without them.
    if (next.length === before) next.push(this.#scored(first ?? { size: costs.ladder[0] ?? 1 }, atMono, ended | open, missed + waiting, delayMs));
  }

  #scored(first: Move | null, atMono: number, ended: number, missed: number, delayMs: number): Course {
    const { costs, startMono, thrifty } = this.#outlook;
    const soonestMono = atMono + this.#soonestMs;
    let left = 0;
    let lost = missed;
    let waitedMs = delayMs;
    for (let bits = this.#all & ~ended; bits !== 0; bits &= bits - 1) {
      const at = 31 - Math.clz32(bits & -bits);
      left++;
      waitedMs += Math.max(0, atMono - (this.#readyMono[at] ?? 0));
      if ((this.#dueMono[at] ?? 0) < soonestMono) lost++;
    }
    const busyMs = atMono - startMono + left / costs.bestRatePerMs;
    const score = lost * MISS + waitedMs + busyMs * (thrifty ? ENGINE_WEIGHT.thrifty : ENGINE_WEIGHT.generous);
    return { first, atMono, ended, missed, delayMs, score };
  }
}
