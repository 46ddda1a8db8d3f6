import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SlotSpec } from '../../../src/batching/batch.ts';
import { deadlinePolicy } from '../../../src/batching/deadline-policy.ts';
import { eagerPolicy } from '../../../src/batching/eager-policy.ts';
import type { BatchingPolicy } from '../../../src/batching/policy.ts';
import { timeoutPolicy } from '../../../src/batching/timeout-policy.ts';
import { POLICIES } from './plot.ts';
import { cameras, type Machine, type PlayedBatch, sizesOf, type Wait, World } from './world.ts';

/** Waiting for company pays on each; preparing, handing over, or the network is what takes the time. */
const MACHINES: readonly Machine[] = [
  { costMs: { 1: 10, 2: 10.5, 4: 11, 8: 12 }, preprocessMs: 5, overheadMs: 0.5 },
  { costMs: { 1: 10, 2: 10.5, 4: 11, 8: 12 }, preprocessMs: 0.1, overheadMs: 12 },
  { costMs: { 1: 10, 2: 11, 4: 13, 8: 17 }, preprocessMs: 0.5, overheadMs: 0.5 },
  { costMs: { 4: 30, 8: 31 }, preprocessMs: 0.5, overheadMs: 1 },
];
/** The network takes longer than preparing and handing over. */
const QUICKLY_FED = MACHINES.slice(2);
/** Timers are whole milliseconds. */
const TIMER_MS = 1;
const DELAY_MS = 20;
const ROUNDING_MS = 1e-6;
/** Of the time; the rest is the first batch's preparation and the last batch. */
const WELL_FED = 0.9;

/** Cameras in turn, so regularly that company is expected, and now and then a pause that disappoints the expectation. */
const arrivalsWithin = (leastBoundMs: number, mostBoundMs: number) =>
  fc.record({
    machine: fc.constantFrom(...MACHINES),
    bounds: fc.array(fc.integer({ min: leastBoundMs, max: mostBoundMs }), { minLength: 1, maxLength: 20 }),
    gapMs: fc.integer({ min: 1, max: 15 }),
    /** [ms more than the gap, cameras skipped, ms from arrival to offer] */
    offers: fc.array(fc.tuple(fc.constantFrom(0, 0, 0, 0, 3, 20, 90), fc.constantFrom(0, 0, 0, 5), fc.constantFrom(0, 0, 0, 5, 40)), {
      minLength: 1,
      maxLength: 200,
      size: 'max',
    }),
  });

const arrivals = arrivalsWithin(25, 150);

type Arrivals = typeof arrivals extends fc.Arbitrary<infer T> ? T : never;

/** A well-behaved engine; the cost model knows it exactly. */
async function play({ machine, bounds, gapMs, offers }: Arrivals, policy: BatchingPolicy): Promise<World> {
  const world = new World({ machine, policy, slots: cameras(bounds.map((maxLatencyMs) => ({ maxLatencyMs }))) });
  let atMs = 1_000;
  let camera = 0;
  for (const [pauseMs, skipped, ageMs] of offers) {
    atMs += gapMs + pauseMs;
    camera = (camera + 1 + skipped) % bounds.length;
    const cameraId = `c${camera}`;
    world.clock.at(atMs, () => world.offer(cameraId, ageMs));
  }
  await world.clock.run(atMs + 10_000);
  return world;
}

/** Every batch that found the engine idle started by what `latest` allows for each of its entries, or as soon as engine and entry were there. */
function expectInTime(world: World, latest: (batch: PlayedBatch, wait: Wait, slot: SlotSpec) => number): void {
  for (const batch of world.batches) {
    const { idleSinceMono, formedMono } = batch;
    if (idleSinceMono === null) continue;
    batch.entries.forEach(({ slot }, index) => {
      const wait = batch.waits[index] ?? { offeredMono: Number.NaN, arrivedMono: Number.NaN };
      const allowedMono = Math.max(idleSinceMono, wait.offeredMono, latest(batch, wait, slot));
      if (!(formedMono <= allowedMono + ROUNDING_MS)) expect(formedMono, `batch ${batch.id}, ${slot.cameraId}`).toBeLessThanOrEqual(allowedMono);
    });
  }
  expect(world.scheduler.progress).toMatchObject({ waiting: 0, inFlight: 0 });
}

describe('an idle engine', () => {
  /**
   * The bound of `deadline` where batches are short against the bounds: however long a batch is left to grow, it starts so early that its own cost (all of it:
   * preprocessing of its entries, the network at the size it is padded to, handing over and deciding) ends within the bound of each frame that its slots have waited with.
   */
  it('is given a batch by the latest start at which it still makes the bound of everybody in it', async () => {
    await fc.assert(
      fc.asyncProperty(arrivalsWithin(220, 600), async (plot) => {
        const { costMs, preprocessMs, overheadMs } = plot.machine;
        expectInTime(await play(plot, deadlinePolicy), ({ paddedTo, entries }, { arrivedMono }, { maxLatencyMs }) => {
          const takesMs = entries.length * preprocessMs + (costMs[paddedTo] ?? Number.NaN) + overheadMs;
          return arrivedMono + maxLatencyMs - takesMs;
        });
      }),
      { numRuns: 50 },
    );
  });

  /** Where batches are long, one frame may be given up for two; but the engine never rests past the moment at which a frame that waits could just be judged alone. */
  it('is given a batch by the latest start at which a frame alone would still make its bound, however tight', async () => {
    await fc.assert(
      fc.asyncProperty(arrivals, async (plot) => {
        const { costMs, preprocessMs, overheadMs } = plot.machine;
        const aloneMs = preprocessMs + (costMs[Math.min(...sizesOf(costMs))] ?? Number.NaN) + overheadMs;
        expectInTime(await play(plot, deadlinePolicy), (_, { arrivedMono }, { maxLatencyMs }) => arrivedMono + maxLatencyMs - aloneMs);
      }),
      { numRuns: 70 },
    );
  });

  it('is given whatever waits at once by the eager policy', async () => {
    await fc.assert(
      fc.asyncProperty(arrivals, async (plot) => {
        expectInTime(await play(plot, eagerPolicy), () => Number.NEGATIVE_INFINITY);
      }),
      { numRuns: 30 },
    );
  });

  it('is given a batch by the timeout policy when the oldest frame has waited long enough', async () => {
    await fc.assert(
      fc.asyncProperty(arrivals, async (plot) => {
        expectInTime(await play(plot, timeoutPolicy(DELAY_MS)), (_, { arrivedMono }) => arrivedMono + DELAY_MS + TIMER_MS);
      }),
      { numRuns: 30 },
    );
  });
});

describe('a busy engine', () => {
  it.each(Object.entries(POLICIES))('never runs dry while frames wait, with policy %s', async (_, policy) => {
    const crowd = fc.record({
      machine: fc.constantFrom(...QUICKLY_FED),
      cameras: fc.integer({ min: 24, max: 40 }),
      maxLatencyMs: fc.constantFrom(30, 300, 2_000),
    });
    await fc.assert(
      fc.asyncProperty(crowd, async ({ machine, cameras: count, maxLatencyMs }) => {
        const world = new World({ machine, policy, slots: cameras(Array.from({ length: count }, () => ({ maxLatencyMs }))) });
        for (let index = 0; index < count; index++) world.stream(`c${index}`, 5, 200);
        await world.clock.run(1_000);
        const [first] = world.batches;
        const busyMs = world.batches.reduce(
          (sum, { paddedTo, endMono }) => sum + (endMono <= 1_000 ? (machine.costMs[paddedTo] ?? Number.NaN) : 0),
          0,
        );
        expect(busyMs / (1_000 - (first?.formedMono ?? Number.NaN))).toBeGreaterThan(WELL_FED);
      }),
      { numRuns: 3 },
    );
  });
});
