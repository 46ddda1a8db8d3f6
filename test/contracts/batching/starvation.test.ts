import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deadlinePolicy } from '../../../src/batching/deadline-policy.ts';
import type { BatchingPolicy } from '../../../src/batching/policy.ts';
import { POLICIES } from './plot.ts';
import { cameras, costOf, type Machine, sizesOf, World } from './world.ts';

const MACHINES: readonly Machine[] = [
  { costMs: { 1: 20, 2: 40, 4: 80 }, preprocessMs: 0.5, overheadMs: 0.2 },
  { costMs: { 1: 12, 2: 14, 4: 18, 8: 26 }, preprocessMs: 0.5, overheadMs: 0.2 },
];
const AGE_MS = 5;
/** Of the timeout policy: the longest of those in `POLICIES`, and a timer's grain. */
const DELAY_MS = 21;

const seasonOf = (machine: fc.Arbitrary<Machine>, cameras: fc.Arbitrary<Camera[]>, spells: fc.Arbitrary<Array<[seconds: number, load: number]>>) =>
  fc.record({ machine, cameras, spells, apartMs: fc.constantFrom(0, 3.7) });

interface Camera {
  readonly maxLatencyMs: number;
  readonly weight: number;
  /** Frames against those of the others. */
  readonly eagerness: number;
}

/** Some of their bounds cannot be kept. */
const allKinds = fc.array(
  fc.record({
    maxLatencyMs: fc.constantFrom(8, 50, 100, 500, 2_000),
    weight: fc.constantFrom(0.2, 1, 1, 5),
    eagerness: fc.constantFrom(0.05, 0.3, 1, 1, 3),
  }),
  { minLength: 2, maxLength: 14, size: 'max' },
);

/** Cameras through spells in which the engine has plenty, just enough, or far too little for them. */
const seasons = seasonOf(
  fc.constantFrom(...MACHINES),
  allKinds,
  fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.constantFrom(0.3, 0.9, 1, 1.5, 4)), { minLength: 1, maxLength: 4 }),
);

/** Somebody is always in time on an engine that never rests, beside cameras with few frames and hopeless bounds. */
const busySeasons = seasonOf(
  fc.constantFrom(...MACHINES),
  fc
    .tuple(
      fc.array(fc.record({ maxLatencyMs: fc.constantFrom(1_000, 2_000), weight: fc.constant(1), eagerness: fc.constantFrom(1, 1.1) }), {
        minLength: 8,
        maxLength: 14,
      }),
      fc.array(fc.record({ maxLatencyMs: fc.constant(8), weight: fc.constant(1), eagerness: fc.constantFrom(0.05, 0.2) }), {
        minLength: 1,
        maxLength: 2,
      }),
    )
    .map(([patient, hopeless]) => [...patient, ...hopeless]),
  fc.tuple(fc.tuple(fc.constant(10), fc.constantFrom(1, 1.02, 1.03, 1.04))),
);

/** Cameras of unlike weights that get what they ask while there is plenty, and then cannot. */
const handOvers = seasonOf(
  fc.constantFrom(...MACHINES),
  fc.array(fc.record({ maxLatencyMs: fc.constantFrom(100, 500), weight: fc.constantFrom(0.2, 1, 5), eagerness: fc.constantFrom(1, 1, 1.5) }), {
    minLength: 8,
    maxLength: 14,
    size: 'max',
  }),
  fc.tuple(fc.tuple(fc.integer({ min: 3, max: 8 }), fc.constantFrom(0.3, 0.6)), fc.tuple(fc.constant(5), fc.constantFrom(1.5, 4))),
);

type Season = typeof seasons extends fc.Arbitrary<infer T> ? T : never;

/** Plays a season; a camera's period is as long as its part of the load of the present spell says. */
async function play(season: Season, policy: BatchingPolicy): Promise<World> {
  const world = new World({ machine: season.machine, policy, slots: cameras(season.cameras) });
  const spells: Array<{ readonly untilMs: number; readonly load: number }> = [];
  let endMs = 0;
  for (const [seconds, load] of season.spells) {
    endMs += seconds * 1_000;
    spells.push({ untilMs: endMs, load });
  }
  season.cameras.forEach((_, index) => {
    const next = () => {
      world.offer(`c${index}`, AGE_MS);
      const load = spells.find(({ untilMs }) => untilMs > world.nowMono)?.load ?? 1;
      const atMs = world.nowMono + periodMs(season, index, load);
      if (atMs < endMs) world.clock.at(atMs, next);
    };
    world.clock.at(10 + index * season.apartMs, next);
  });
  await world.clock.run(endMs);
  return world;
}

function periodMs({ machine, cameras }: Season, index: number, load: number): number {
  const bestMs = Math.min(...sizesOf(machine.costMs).map((size) => (machine.costMs[size] ?? 1) / size));
  const all = cameras.reduce((sum, { eagerness }) => sum + eagerness, 0);
  return (bestMs * all) / (load * (cameras[index]?.eagerness ?? 1));
}

/** From the first frame offered after a verdict (or ever) to the batch that takes one, whatever was dropped meanwhile; or to the end. */
function longestUnservedMs(world: World, cameraId: string): number {
  const served = world.batches.filter(({ entries }) => entries.some(({ slot }) => slot.cameraId === cameraId)).map(({ formedMono }) => formedMono);
  const offered = world.offers.filter(({ frame }) => frame.cameraId === cameraId).map(({ atMono }) => atMono);
  let longest = 0;
  let from = 0;
  for (const until of [...served, world.nowMono]) {
    const first = offered[from];
    if (first === undefined) break;
    longest = Math.max(longest, until - first);
    while ((offered[from] ?? Number.POSITIVE_INFINITY) <= until) from++;
  }
  return longest;
}

const counts = ({ costMs }: Machine) => Array.from({ length: Math.max(...sizesOf(costMs)) }, (_, index) => index + 1);
const dearestMs = (machine: Machine) => Math.max(...counts(machine).map((count) => costOf(machine, count) / count));

/** One frame of everybody at the dearest there is, behind two batches in flight. */
function roundMs({ machine, cameras }: Season): number {
  return cameras.length * dearestMs(machine) + 2 * Math.max(...counts(machine).map((count) => costOf(machine, count)));
}

/** Until a slot that has just been served has its turn again: everybody else's share of verdicts meanwhile, and one on credit each. */
function fairTurnMs({ machine, cameras }: Season, index: number): number {
  const all = cameras.reduce((sum, { weight }) => sum + weight, 0);
  return (all / (cameras[index]?.weight ?? Number.NaN) + cameras.length) * dearestMs(machine);
}

/** See `BatchScheduler`: from then on a slot goes before everybody else. */
const starvesAfterMs = ({ cameras }: Season, index: number) => Math.max(cameras[index]?.maxLatencyMs ?? Number.NaN, 1_000);

function expectServed(season: Season, world: World, boundMs: (index: number) => number): void {
  season.cameras.forEach((_, index) => {
    expect(longestUnservedMs(world, `c${index}`), `c${index}`).toBeLessThanOrEqual(boundMs(index));
  });
}

/** Never called overloaded: nobody was served by turn. */
const hadEnough = (world: World) => world.batches.every(({ flushReason }) => flushReason !== 'overload');

describe('nobody starves while others are served', () => {
  it('with the deadline policy and an engine that is busy, but not overloaded: starving plus one round, and no frame expires', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(seasons, busySeasons), async (season) => {
        const world = await play(season, deadlinePolicy);
        if (!hadEnough(world)) return;
        expect(world.drops.filter(({ reason }) => reason === 'expired')).toEqual([]);
        expectServed(season, world, (index) => starvesAfterMs(season, index) + roundMs(season));
      }),
      { numRuns: 18 },
    );
  });

  it('with the deadline policy through overload and back: starving, one fair turn, and one round', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(seasons, handOvers), async (season) => {
        const world = await play(season, deadlinePolicy);
        const longestPeriodMs = (index: number) => Math.max(...season.spells.map(([, load]) => periodMs(season, index, load)));
        expectServed(season, world, (index) => starvesAfterMs(season, index) + fairTurnMs(season, index) + roundMs(season) + longestPeriodMs(index));
      }),
      { numRuns: 18 },
    );
  });

  it.each(Object.entries(POLICIES).filter(([name]) => name !== 'deadline'))(
    'with the policy %s, first come first served: one round',
    async (_, policy) => {
      await fc.assert(
        fc.asyncProperty(seasons, async (season) => {
          expectServed(season, await play(season, policy), () => roundMs(season) + DELAY_MS);
        }),
        { numRuns: 7 },
      );
    },
  );
});
