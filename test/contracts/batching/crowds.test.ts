import { setImmediate as settled } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BatchEntry } from '../../../src/batching/batch.ts';
import { CostModel } from '../../../src/batching/cost-model.ts';
import { deadlinePolicy } from '../../../src/batching/deadline-policy.ts';
import { eagerPolicy } from '../../../src/batching/eager-policy.ts';
import type { BatchingPolicy } from '../../../src/batching/policy.ts';
import { BatchScheduler } from '../../../src/batching/scheduler.ts';
import { frameAt, spec } from '../../batching/frames.ts';
import { VirtualClock } from '../../helpers/virtual-clock.ts';
import { MACHINES } from './plot.ts';
import { sizesOf } from './world.ts';

const NOW_MS = 100_000;
/** Bytes that anything kept of a slot would take at least. */
const SMALLEST_TRACE = 50;

/** A scheduler on a clock that stands still, with an engine that takes no time. It keeps nothing of what it was given. */
function instantWorld(policy: BatchingPolicy, costMs: Readonly<Record<number, number>>, ended: (entry: BatchEntry) => void): BatchScheduler {
  return new BatchScheduler({
    clock: new VirtualClock(NOW_MS),
    policy,
    costs: new CostModel(sizesOf(costMs), costMs),
    executor: {
      execute: ({ entries, paddedTo }) => {
        entries.forEach(ended);
        return Promise.resolve({ preprocessMs: 1, inferenceMs: costMs[paddedTo] ?? 1 });
      },
    },
    observer: { batchFormed: () => undefined, frameDropped: ended },
  });
}

function addWithFrame(scheduler: BatchScheduler, cameraId: string): Array<WeakRef<object>> {
  const slot = spec(cameraId);
  const frame = frameAt(NOW_MS, cameraId);
  scheduler.addSlot(slot);
  scheduler.offer(cameraId, 'full', frame);
  return [new WeakRef(slot), new WeakRef(frame)];
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

describe('thousands of slots', () => {
  it.each([
    ['deadline', deadlinePolicy],
    ['eager', eagerPolicy],
  ])('with deadlines all alike, all past or in any order, on a clock that stands still, are all served by %s', async (_, policy) => {
    const crowd = fc.record({
      machine: fc.constantFrom(...Object.values(MACHINES)),
      slots: fc.integer({ min: 1, max: 1_500 }),
      bounds: fc.array(fc.constantFrom(1, 500, 3_000), { minLength: 1, maxLength: 3 }),
      ageMs: fc.constantFrom(0, 400, 1_900),
    });
    await fc.assert(
      fc.asyncProperty(crowd, async ({ machine, slots, bounds, ageMs }) => {
        const ends = new Map<string, number>();
        const scheduler = instantWorld(policy, machine.costMs, ({ frame }) => void ends.set(frame.cameraId, (ends.get(frame.cameraId) ?? 0) + 1));
        for (let index = 0; index < slots; index++) scheduler.addSlot(spec(`c${index}`, { maxLatencyMs: bounds[index % bounds.length] ?? 1 }));
        for (let index = 0; index < slots; index++) scheduler.offer(`c${index}`, 'full', frameAt(NOW_MS - ageMs, `c${index}`));
        for (let turn = 0; turn < 2_000 && scheduler.progress.waiting + scheduler.progress.inFlight > 0; turn++) await settled();
        expect(scheduler.progress).toMatchObject({ waiting: 0, inFlight: 0 });
        expect([ends.size, new Set(ends.values())]).toEqual([slots, new Set([1])]);
      }),
      { numRuns: 6 },
    );
  });

  it('that come and go leave nothing behind', async () => {
    const seasons = fc.record({ slots: fc.integer({ min: 1, max: 60 }), seasons: fc.integer({ min: 1, max: 30 }), away: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(seasons, async ({ slots, seasons: count, away }) => {
        const scheduler = instantWorld(deadlinePolicy, MACHINES.gpu.costMs, () => undefined);
        const gone: Array<WeakRef<object>> = [];
        for (let season = 0; season < count; season++) {
          if (away) scheduler.engineAvailable(season % 2 === 0);
          for (let index = 0; index < slots; index++) gone.push(...addWithFrame(scheduler, `s${season}c${index}`));
          await settled();
          for (let index = 0; index < slots; index++) scheduler.removeSlot(`s${season}c${index}`);
        }
        await settled();
        collect();
        expect(gone.filter((each) => each.deref() !== undefined)).toHaveLength(0);
        expect(scheduler.progress).toMatchObject({ waiting: 0, inFlight: 0 });
      }),
      { numRuns: 5 },
    );
  });

  it('that come and go take no more memory than those that stay', async () => {
    const scheduler = instantWorld(deadlinePolicy, MACHINES.gpu.costMs, () => undefined);
    const comeAndGo = async (from: number, to: number) => {
      for (let index = from; index < to; index++) {
        addWithFrame(scheduler, `c${index}`);
        if (index % 50 === 0) await settled();
        scheduler.removeSlot(`c${index}`);
      }
      await settled();
      collect();
      return process.memoryUsage().heapUsed;
    };
    const before = await comeAndGo(0, 2_000);
    expect((await comeAndGo(2_000, 22_000)) - before).toBeLessThan(20_000 * SMALLEST_TRACE);
  });
});
