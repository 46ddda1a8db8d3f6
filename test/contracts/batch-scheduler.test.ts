import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SimulationClock } from '../../bench/batching/simulation-clock.ts';
import type { Batch, BatchEntry, BatchTiming } from '../../src/batching/batch.ts';
import { CostModel } from '../../src/batching/cost-model.ts';
import { deadlinePolicy } from '../../src/batching/deadline-policy.ts';
import { eagerPolicy } from '../../src/batching/eager-policy.ts';
import { BatchScheduler } from '../../src/batching/scheduler.ts';
import { timeoutPolicy } from '../../src/batching/timeout-policy.ts';
import { frameAt, spec } from '../batching/frames.ts';

const LADDER = [1, 2, 4, 8];
const CURVES = {
  flat: { 1: 20, 2: 40, 4: 80, 8: 160 },
  gpu: { 1: 10, 2: 12, 4: 16, 8: 24 },
  steps: { 1: 10, 2: 50, 4: 51, 8: 300 },
} as const;
const POLICIES = { deadline: deadlinePolicy, eager: eagerPolicy, timeout: timeoutPolicy(20) };

/** A world of random cameras, calls and faults; records what becomes of each frame. */
const worlds = fc.record({
  curve: fc.constantFrom('flat', 'gpu', 'steps'),
  policy: fc.constantFrom('deadline', 'eager', 'timeout'),
  bounds: fc.array(fc.constantFrom<number>(1, 50, 100, 500, 2_000), { minLength: 1, maxLength: 24 }),
  /** [camera, ms since the last step, ms by which the frame was late when it was offered] */
  offers: fc.array(fc.tuple(fc.nat(23), fc.constantFrom<number>(0, 0, 1, 7, 30, 120), fc.constantFrom<number>(0, 0, 8, 3_000)), { maxLength: 150 }),
  faults: fc.array(fc.tuple(fc.nat(8_000), fc.constantFrom('down', 'up', 'remove', 'shrink')), { maxLength: 4 }),
  /** The outcome of each batch in turn; stalls are five times as long. */
  outcomes: fc.array(fc.constantFrom('well', 'well', 'well', 'stall', 'failed', 'reject'), { minLength: 1, maxLength: 20 }),
});

type World = typeof worlds extends fc.Arbitrary<infer T> ? T : never;

interface Fate {
  readonly batches: Batch[];
  /** When each frame that was taken was offered. */
  readonly offered: Map<string, number>;
  readonly ends: string[];
  readonly largestInFlight: number;
}

async function play(world: World): Promise<Fate> {
  const clock = new SimulationClock();
  const costs = CURVES[world.curve] as Record<number, number>;
  const fate = { batches: [] as Batch[], offered: new Map<string, number>(), ends: [] as string[], largestInFlight: 0 };
  let inFlight = 0;
  let freeMs = 0;
  const scheduler = new BatchScheduler({
    clock,
    policy: POLICIES[world.policy],
    costs: new CostModel(LADDER, costs),
    observer: { batchFormed: () => undefined, frameDropped: (entry) => void fate.ends.push(nameOf(entry)) },
    executor: {
      execute(batch) {
        fate.batches.push(batch);
        fate.largestInFlight = Math.max(fate.largestInFlight, ++inFlight);
        for (const entry of batch.entries) fate.ends.push(nameOf(entry));
        const outcome = world.outcomes[batch.id % world.outcomes.length];
        const inferenceMs = (costs[batch.paddedTo] ?? 1) * (outcome === 'stall' ? 5 : 1);
        freeMs = Math.max(freeMs, clock.monotonicMs()) + inferenceMs;
        return new Promise<BatchTiming | 'failed'>((resolve, reject) => {
          clock.at(freeMs, () => {
            inFlight--;
            if (outcome === 'reject') reject(new Error('must not, but does'));
            else resolve(outcome === 'failed' ? 'failed' : { preprocessMs: 1, inferenceMs });
          });
        });
      },
    },
  });
  for (const [index, maxLatencyMs] of world.bounds.entries()) scheduler.addSlot(spec(`c${index}`, { maxLatencyMs, weight: 1 + (index % 3) }));
  let at = 5_000;
  world.offers.forEach(([camera, gapMs, ageMs], index) => {
    at += gapMs;
    const cameraId = `c${camera % world.bounds.length}`;
    clock.at(at, () => {
      const outcome = scheduler.offer(cameraId, 'full', frameAt(clock.monotonicMs() - ageMs, cameraId, index));
      if (outcome === 'accepted' || outcome === 'superseded') fate.offered.set(`${cameraId}#${index}`, clock.monotonicMs());
    });
  });
  for (const [afterMs, fault] of world.faults) {
    clock.at(5_000 + afterMs, () => {
      if (fault === 'remove') scheduler.removeSlot('c0');
      else if (fault === 'shrink') scheduler.setLadder([1, 2], { 1: costs[1] ?? 1, 2: costs[2] ?? 1 });
      else scheduler.engineAvailable(fault === 'up');
    });
  }
  await clock.run(20_000);
  const closed = scheduler.close();
  await clock.run(200_000);
  await closed;
  expect(scheduler.progress).toMatchObject({ waiting: 0, inFlight: 0 });
  return fate;
}

const nameOf = ({ frame }: BatchEntry) => `${frame.cameraId}#${frame.sequence}`;

describe('BatchScheduler, whatever happens', () => {
  it('ends each frame exactly once, never has two entries of a slot in a batch, and keeps to the ladder', async () => {
    await fc.assert(
      fc.asyncProperty(worlds, async (world) => {
        const { batches, offered, ends, largestInFlight } = await play(world);
        expect(ends.toSorted()).toEqual([...offered.keys()].toSorted());
        expect(largestInFlight).toBeLessThanOrEqual(2);
        for (const batch of batches) {
          expect(LADDER).toContain(batch.paddedTo);
          expect(batch.entries.length).toBeGreaterThan(0);
          expect(batch.entries.length).toBeLessThanOrEqual(batch.paddedTo);
          expect(LADDER.find((size) => size >= batch.entries.length)).toBe(batch.paddedTo);
          expect(new Set(batch.entries.map((entry) => entry.slot)).size).toBe(batch.entries.length);
        }
        expect(batches.map((batch) => batch.id)).toEqual(batches.map((_, index) => index + 1));
      }),
      { numRuns: 150 },
    );
  });

  it('never lets an idle engine rest past the latest safe start', async () => {
    const calm = worlds.map((world): World => ({ ...world, policy: 'deadline', faults: [], outcomes: ['well'] }));
    await fc.assert(
      fc.asyncProperty(calm, async (world) => {
        const costs = CURVES[world.curve] as Record<number, number>;
        const { batches, offered } = await play(world);
        let freeMono = 0;
        for (const batch of batches) {
          const newest = Math.max(...batch.entries.map((entry) => offered.get(nameOf(entry)) ?? 0));
          const endMono = Math.max(batch.formedMono, freeMono) + (costs[batch.paddedTo] ?? 0);
          const waited = batch.formedMono > Math.max(freeMono, newest) + 2;
          const missed = batch.entries.some((entry) => endMono > entry.deadlineMono);
          expect(waited && missed).toBe(false);
          freeMono = endMono;
        }
      }),
      { numRuns: 60 },
    );
  });

  it('survives a clock that stands still and deadlines that are all alike or all past', async () => {
    for (const bound of [1, 1_000]) {
      const bounds = Array.from({ length: 24 }, () => bound);
      const offers = bounds.map((_, index): [number, number, number] => [index, 0, bound === 1 ? 1_500 : 0]);
      const fate = await play({ curve: 'gpu', policy: 'deadline', bounds, offers, faults: [], outcomes: ['well'] });
      expect(fate.batches.flatMap((batch) => batch.entries)).toHaveLength(24);
    }
  });
});
