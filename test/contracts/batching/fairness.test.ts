import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deadlinePolicy } from '../../../src/batching/deadline-policy.ts';
import { cameras, type Machine, sizesOf, World } from './world.ts';

const FLAT: Machine = { costMs: { 1: 10, 2: 20, 4: 40 }, preprocessMs: 0.5, overheadMs: 0.2 };
const GPU: Machine = { costMs: { 1: 12, 2: 14, 4: 18, 8: 26 }, preprocessMs: 0.5, overheadMs: 0.2 };
/** Until overload has been noticed and everybody's turns have settled. */
const SETTLING_MS = 5_000;
const END_MS = 17_000;
/** What a camera may fall short of its share by, and the verdicts at both ends of the measurement. */
const TOLERANCE = { share: 0.15, verdicts: 2 };
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

async function play({ machine, load, cameras: crowd }: Crowd): Promise<{ world: World; periodsMs: number[] }> {
  const world = new World({ machine, policy: deadlinePolicy, slots: cameras(crowd) });
  const bestMs = Math.min(...sizesOf(machine.costMs).map((size) => (machine.costMs[size] ?? 1) / size));
  const all = crowd.reduce((sum, { eagerness }) => sum + eagerness, 0);
  const periodsMs = crowd.map(({ eagerness }) => (bestMs * all) / (load * eagerness));
  periodsMs.forEach((periodMs, index) => {
    world.clock.at(((index * 0.618) % 1) * periodMs, () => world.stream(`c${index}`, periodMs, Math.floor(END_MS / periodMs)));
  });
  await world.clock.run(END_MS);
  return { world, periodsMs };
}

describe('under constant overload', () => {
  it('every camera gets its weighted max-min fair share, whatever others ask for', async () => {
    await fc.assert(
      fc.asyncProperty(crowds, async (crowd) => {
        const { world, periodsMs } = await play(crowd);
        const measured = world.batches.filter(({ formedMono }) => formedMono > SETTLING_MS);
        const verdicts = crowd.cameras.map(() => 0);
        for (const { slot } of measured.flatMap(({ entries }) => entries)) {
          const index = Number(slot.cameraId.slice(1));
          verdicts[index] = (verdicts[index] ?? 0) + 1;
        }
        const total = verdicts.reduce((sum, count) => sum + count, 0);
        const shares = fairShares(
          crowd.cameras.map((camera, index) => ({
            frames: Math.min((END_MS - SETTLING_MS) / (periodsMs[index] ?? Number.NaN), measured.length),
            weight: camera.weight,
          })),
          total,
        );
        shares.forEach((share, index) => {
          if (share > LARGEST_SHARE_OF_BATCHES * measured.length) return;
          expect(verdicts[index], `c${index} of ${share.toFixed(1)}`).toBeGreaterThanOrEqual(share * (1 - TOLERANCE.share) - TOLERANCE.verdicts);
        });
      }),
      { numRuns: 15 },
    );
  });
});
