import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bestFirstMove, MOST_TASKS, type Move, type Outlook, type Task } from '../../src/batching/move-search.ts';

const T: Readonly<Record<number, number>> = { 1: 40, 2: 70, 4: 125 };
const COSTS: Outlook['costs'] = {
  ladder: [1, 2, 4],
  typicalMs: (size) => T[size] ?? 0,
  safeMs: (size) => T[size] ?? 0,
  preprocessMs: () => 0,
  bestRatePerMs: 4 / 125,
};

function outlook(tasks: readonly Task[], over: Partial<Outlook> = {}): Outlook {
  const byDue = tasks.toSorted((a, b) => a.dueMono - b.dueMono);
  return { tasks: byDue, nowMono: 0, startMono: 0, idleUntilMono: Number.POSITIVE_INFINITY, costs: COSTS, thrifty: false, ...over };
}

const due = (dueMono: number, readyMono: number = 0): Task => ({ dueMono, readyMono });

/** The fewest that can be missed from here on, by trying everything; `first`: with this move. */
function fewestMissed(tasks: readonly Task[], atMono: number, first: Move | null): number {
  const open = tasks.filter(({ readyMono }) => readyMono <= atMono);
  const coming = tasks.filter(({ readyMono }) => readyMono > atMono).map(({ readyMono }) => readyMono);
  const hopeless = open.filter(({ dueMono }) => dueMono < atMono + 40).length;
  if (open.length === hopeless && coming.length === 0) return hopeless;
  let fewest = Number.POSITIVE_INFINITY;
  for (const size of COSTS.ladder) {
    if (first !== null && !('size' in first && first.size === size)) continue;
    const endMono = atMono + COSTS.typicalMs(size);
    const judged = open.filter(({ dueMono }) => dueMono >= endMono).slice(0, size);
    if (judged.length > 0)
      fewest = Math.min(
        fewest,
        fewestMissed(
          tasks.filter((task) => !judged.includes(task)),
          endMono,
          null,
        ),
      );
  }
  if (coming.length > 0 && (first === null || 'untilMono' in first)) fewest = Math.min(fewest, fewestMissed(tasks, Math.min(...coming), null));
  return fewest;
}

describe('bestFirstMove', () => {
  it('judges the urgent one alone rather than both too late', () => {
    expect(bestFirstMove(outlook([due(50), due(500)]))).toEqual({ size: 1 });
  });

  it('takes both together where that saves time and nobody is hurt, if time is scarce', () => {
    expect(bestFirstMove(outlook([due(500), due(500)], { thrifty: true }))).toEqual({ size: 2 });
  });

  it('takes one after the other where that makes people wait less', () => {
    expect(
      bestFirstMove(
        outlook([due(500), due(500)], { costs: { ...COSTS, typicalMs: (size) => 40 * size, safeMs: (size) => 40 * size, bestRatePerMs: 1 / 40 } }),
      ),
    ).toEqual({
      size: 1,
    });
  });

  it('leaves the engine idle for an urgent frame that is about to come', () => {
    const patient = due(500);
    expect(bestFirstMove(outlook([patient, due(60, 10)]))).toEqual({ untilMono: 10 });
    expect(bestFirstMove(outlook([patient, due(60, 10)], { idleUntilMono: 5 }))).toEqual({ size: 1 });
    expect(bestFirstMove(outlook([patient, due(110, 50)]))).toEqual({ size: 1 });
  });

  it('waits when there is nothing to do yet, and has an answer when there never will be', () => {
    expect(bestFirstMove(outlook([due(100, 30)]))).toEqual({ untilMono: 30 });
    expect(bestFirstMove(outlook([]))).toEqual({ size: 1 });
  });

  it('plans on when somebody is expected whom only luck could save', () => {
    const uncertain = { ...COSTS, safeMs: (size: number) => 1.5 * COSTS.typicalMs(size) };
    const unlucky = due(345, 300);
    expect(bestFirstMove(outlook([due(500), due(75, 10), unlucky], { costs: uncertain }))).toEqual({ untilMono: 10 });
    expect(bestFirstMove(outlook([due(45)], { costs: uncertain }))).toEqual({ size: 1 });
  });

  it('begins as well as the best of all courses', () => {
    const task = fc.record({ readyMono: fc.constantFrom(0, 0, 0, 5, 20, 35, 60, 90), room: fc.constantFrom(40, 60, 75, 90, 130, 200, 400) });
    fc.assert(
      fc.property(fc.array(task, { minLength: 1, maxLength: 5 }), fc.boolean(), (drawn, thrifty) => {
        const { tasks } = outlook(drawn.map(({ readyMono, room }) => due(readyMono + room, readyMono)));
        const move = bestFirstMove(outlook(tasks, { thrifty }));
        expect(fewestMissed(tasks, 0, move)).toBe(fewestMissed(tasks, 0, null));
      }),
      { numRuns: 300 },
    );
  });

  it('ends with as many tasks as it takes', () => {
    const tasks = Array.from({ length: MOST_TASKS }, (_, index) => due(60 + 45 * index));
    expect(bestFirstMove(outlook(tasks))).toEqual({ size: 1 });
  });
});
