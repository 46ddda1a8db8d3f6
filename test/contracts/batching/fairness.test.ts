import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deadlinePolicy } from '../../../src/batching/deadline-policy.ts';
import { cameras, type Machine, sizesOf, World } from './world.ts';

const FLAT: Machine = { costMs: { 1: 10, 2: 20, 4: 40 }, preprocessMs: 0.5, overheadMs: 0.2 };
const GPU: Machine = { costMs: { 1: 24, 2: 28, 4: 36, 8: 52 }, preprocessMs: 1, overheadMs: 0.2 };
/** Until overload has been noticed and everybody's turns have settled. */
const SETTLING_MS = 5_000;
const LATE_MS = 11_000;
const END_MS = 17_000;
/** What a camera may fall short of its share by, and the verdicts at both ends of the measurement. */
const TOLERANCE = { share: 0.15, verdicts: 2 };
/**
 * The same crowds every time. Of 500 random ones about one does not keep to the tolerance: a camera that asks for hardly more than its share would have to be
 * served at nearly each of its frames, and gets up to a third less.
 */
const SEED = 2026;
/** A camera can be in one place of a batch and has one frame at hand: what is due to it in nearly every batch it cannot have in all. */
const LARGEST_SHARE_OF_BATCHES = 1 / 3;

const weight = fc.integer({ min: 1, max: 100 }).map((tenths) => tenths / 10);
const crowdOf = (machine: Machine, least: number, most: number) =>
  fc.record({
    machine: fc.constant(machine),
    /** How much more is asked than can be done. */
    load: fc.constantFrom(1.5, 2, 4),
    cameras: fc.array(
      fc.record({
        weight,
        /** Frames against those of the others: some ask for less than their share. */
        eagerness: fc.constantFrom(0.1, 0.5, 1, 1, 2),
        maxLatencyMs: fc.constantFrom(100, 500, 2_000),
      }),
      { minLength: least, maxLength: most, size: 'max' },
    ),
  });

/** Batches of one on the first; on the second of eight, so that there must be many more cameras than places. */
const crowds = fc.oneof(crowdOf(FLAT, 2, 12), crowdOf(GPU, 24, 40));

type Crowd = typeof crowds extends fc.Arbitrary<infer T> ? T : never;

/** Weighted max-min: nobody gets more than asked, all others the same for their weight. */
function fairShares(demands: ReadonlyArray<{ readonly frames: number; readonly weight: number }>, capacity: number): number[] {
  const sharesAt = (level: number) => demands.map(({ frames, weight: own }) => Math.min(frames, level * own));
  let low = 0;
  let high = capacity * 10;
  for (let halving = 0; halving < 60; halving++) {
    const level = (low + high) / 2;
    if (sharesAt(level).reduce((sum, share) => sum + share, 0) < capacity) low = level;
    else high = level;
  }
  return sharesAt(low);
}

/** The last `latecomers` are silent until `LATE_MS`. */
async function play({ machine, load, cameras: crowd }: Crowd, latecomers: number): Promise<{ world: World; periodsMs: number[] }> {
  const world = new World({ machine, policy: deadlinePolicy, slots: cameras(crowd) });
  const bestMs = Math.min(...sizesOf(machine.costMs).map((size) => (machine.costMs[size] ?? 1) / size));
  const all = crowd.reduce((sum, { eagerness }) => sum + eagerness, 0);
  const periodsMs = crowd.map(({ eagerness }) => (bestMs * all) / (load * eagerness));
  periodsMs.forEach((periodMs, index) => {
    const fromMs = (index < crowd.length - latecomers ? 0 : LATE_MS) + ((index * 0.618) % 1) * periodMs;
    world.clock.at(fromMs, () => world.stream(`c${index}`, periodMs, Math.floor((END_MS - fromMs) / periodMs)));
  });
  await world.clock.run(END_MS);
  return { world, periodsMs };
}

/** Everybody's verdicts of batches formed after `fromMs` are its fair share of them. */
function expectFair({ cameras: crowd }: Crowd, { world, periodsMs }: { world: World; periodsMs: readonly number[] }, fromMs: number): void {
  const measured = world.batches.filter(({ formedMono }) => formedMono > fromMs);
  const verdicts = crowd.map(() => 0);
  for (const { slot } of measured.flatMap(({ entries }) => entries)) {
    const index = Number(slot.cameraId.slice(1));
    verdicts[index] = (verdicts[index] ?? 0) + 1;
  }
  const total = verdicts.reduce((sum, count) => sum + count, 0);
  const demands = crowd.map(({ weight: own }, index) => ({
    frames: Math.min((END_MS - fromMs) / (periodsMs[index] ?? Number.NaN), measured.length),
    weight: own,
  }));
  fairShares(demands, total).forEach((share, index) => {
    if (share > LARGEST_SHARE_OF_BATCHES * measured.length) return;
    const least = share * (1 - TOLERANCE.share) - TOLERANCE.verdicts;
    expect(verdicts[index], `c${index} of ${share.toFixed(1)}`).toBeGreaterThanOrEqual(least);
  });
}

describe('under constant overload', () => {
  it('every camera gets its weighted max-min fair share, whatever others ask for', async () => {
    await fc.assert(
      fc.asyncProperty(crowds, async (crowd) => expectFair(crowd, await play(crowd, 0), SETTLING_MS)),
      { numRuns: 10, seed: SEED },
    );
  });

  it('who was silent for long has hoarded nothing at the expense of others', async () => {
    await fc.assert(
      fc.asyncProperty(crowdOf(FLAT, 8, 12), fc.integer({ min: 1, max: 3 }), async (crowd, latecomers) => {
        expectFair(crowd, await play({ ...crowd, load: 4 }, latecomers), LATE_MS);
      }),
      { numRuns: 6, seed: SEED },
    );
  });
});
