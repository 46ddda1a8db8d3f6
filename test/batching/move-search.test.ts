import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Choice, CourseSearch, MOST_TASKS, type Move, type Outlook, type Task } from '../../src/batching/move-search.ts';

const T: Readonly<Record<number, number>> = { 1: 40, 2: 70, 4: 125 };
const COSTS: Outlook['costs'] = {
  ladder: [1, 2, 4],
  typicalMs: (size) => T[size] ?? 0,
  preprocessMs: () => 0,
  bestRatePerMs: 4 / 125,
};

function outlook(tasks: readonly Task[], over: Partial<Outlook> = {}): Outlook {
  const byDue = tasks.toSorted((a, b) => a.dueMono - b.dueMono);
  const costs = over.costs ?? COSTS;
  return {
    tasks: byDue,
    nowMono: 0,
    startMono: 0,
    idleUntilMono: Number.POSITIVE_INFINITY,
    costs,
    batchMs: costs.typicalMs,
    thrifty: false,
    ...over,
  };
}

/** The first move of the best of all courses; null when there is none. */
function bestFirstMove(seen: Outlook): Move | null {
  const choices: Choice[] = [...COSTS.ladder, 'wait'];
  const search = new CourseSearch(seen);
  const prospects = choices.map((choice) => search.best(choice)).filter((prospect) => prospect !== null);
  return prospects.toSorted((a, b) => a.score - b.score)[0]?.first ?? null;
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

describe('CourseSearch', () => {
  it('judges the urgent one alone rather than both too late', () => {
    expect(bestFirstMove(outlook([due(50), due(500)]))).toEqual({ size: 1 });
  });

  it('takes both together where that saves time and nobody is hurt, if time is scarce', () => {
    expect(bestFirstMove(outlook([due(500), due(500)], { thrifty: true }))).toEqual({ size: 2 });
  });

  it('takes one after the other where that makes people wait less', () => {
    expect(bestFirstMove(outlook([due(500), due(500)], { costs: { ...COSTS, typicalMs: (size) => 40 * size, bestRatePerMs: 1 / 40 } }))).toEqual({
      size: 1,
    });
  });

  it('leaves the engine idle for an urgent frame that is about to come', () => {
    const patient = due(500);
    expect(bestFirstMove(outlook([patient, due(60, 10)]))).toEqual({ untilMono: 10 });
    expect(bestFirstMove(outlook([patient, due(60, 10)], { idleUntilMono: 5 }))).toEqual({ size: 1 });
    expect(bestFirstMove(outlook([patient, due(110, 50)]))).toEqual({ size: 1 });
  });

  it('waits when there is nothing to do yet, and has no course when there never will be', () => {
    expect(bestFirstMove(outlook([due(100, 30)]))).toEqual({ untilMono: 30 });
    expect(bestFirstMove(outlook([]))).toBeNull();
  });

  it('begins only with what can be done: no batch larger than who waits needs, no idle engine for nobody', () => {
    const one = outlook([due(500)]);
    expect(new CourseSearch(one).best(1)).toMatchObject({ first: { size: 1 } });
    expect(new CourseSearch(one).best(2)).toBeNull();
    expect(new CourseSearch(one).best('wait')).toBeNull();
  });

  it('knows what a worse beginning costs', () => {
    const seen = outlook([due(500), due(60, 10)]);
    const [ran, waited] = [new CourseSearch(seen).best(1)?.score ?? Number.NaN, new CourseSearch(seen).best('wait')?.score ?? Number.NaN];
    expect(ran - waited).toBeGreaterThan(1e8);
  });

  it('reckons with the time that batches take in this future', () => {
    const tight = outlook([due(45), due(80)]);
    const missed = (seen: Outlook) => Math.floor((new CourseSearch(seen).best(1)?.score ?? Number.NaN) / 1e9);
    expect(missed(tight)).toBe(0);
    expect(missed({ ...tight, batchMs: (size) => 1.1 * COSTS.typicalMs(size) })).toBe(1);
  });

  it('plans on when somebody is expected whom only luck could save', () => {
    const slow = { batchMs: (size: number) => 1.25 * COSTS.typicalMs(size) };
    const unlucky = due(345, 300);
    expect(bestFirstMove(outlook([due(500), due(75, 10), unlucky], slow))).toEqual({ untilMono: 10 });
    expect(bestFirstMove(outlook([due(45)], slow))).toEqual({ size: 1 });
  });

  it('begins as well as the best of all courses', () => {
    const task = fc.record({ readyMono: fc.constantFrom(0, 0, 0, 5, 20, 35, 60, 90), room: fc.constantFrom(40, 60, 75, 90, 130, 200, 400) });
    fc.assert(
      fc.property(fc.array(task, { minLength: 1, maxLength: 5 }), fc.boolean(), (drawn, thrifty) => {
        const { tasks } = outlook(drawn.map(({ readyMono, room }) => due(readyMono + room, readyMono)));
        const move = bestFirstMove(outlook(tasks, { thrifty }));
        expect(move).not.toBeNull();
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
