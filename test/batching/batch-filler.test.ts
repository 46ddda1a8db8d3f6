import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SlotSpec } from '../../src/batching/batch.ts';
import { BatchFiller, type FrameLane } from '../../src/batching/batch-filler.ts';
import { CostModel } from '../../src/batching/cost-model.ts';
import type { Frame } from '../../src/stream/frame.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';
import { PuppetExecutor, settled } from './puppet-executor.ts';

/** Batches of 4 are by far the best. */
const COSTS = { 1: 10, 2: 12, 4: 16 };

function world(sizes: readonly number[] = [1, 2, 4]) {
  const executor = new PuppetExecutor();
  const filler = new BatchFiller({ executor, costs: new CostModel(sizes, COSTS), clock: new VirtualClock() });
  const batches = () => executor.batches.map(({ entries }) => entries.map(({ frame }) => `${frame.cameraId}${frame.sequence}`).join(' '));
  return { executor, filler, batches };
}

const slot = (region = 'full'): SlotSpec => ({ cameraId: 'file', region, crop: null, maxLatencyMs: 1000, weight: 1 });
const frame = (cameraId: string, sequence: number): Frame => ({
  ...{ cameraId, sequence, receivedAt: 0, receivedMono: 0, decodedMono: 0, width: 2, height: 2, pixels: new Uint8Array(12) },
});

/** Puts frames as fast as the lane takes them; tells how many are in. */
function feed(lane: FrameLane, name: string, count: number, slots: readonly SlotSpec[] = [slot()]) {
  const state = { sent: 0, done: false };
  void (async () => {
    for (let sequence = 0; sequence < count; sequence += 1) {
      state.sent += 1;
      await lane.put(frame(name, sequence), slots);
    }
    lane.end();
    state.done = true;
  })();
  return state;
}

describe('BatchFiller', () => {
  it('fills batches of the best size, two at a time, and holds up the one who brings more', async () => {
    const { executor, filler, batches } = world();
    const state = feed(filler.openLane(), 'a', 100);
    await settled();
    expect(batches()).toEqual(['a0 a1 a2 a3', 'a4 a5 a6 a7']);
    expect(executor.batches.map(({ paddedTo, flushReason }) => [paddedTo, flushReason])).toEqual([
      [4, 'full'],
      [4, 'full'],
    ]);
    // Two batches are on their way, one waits in the lane.
    expect(state.sent).toBe(12);
    await executor.complete();
    expect(state.sent).toBe(16);
    expect(batches().at(-1)).toBe('a8 a9 a10 a11');
  });

  it('fills from all lanes, the first opened first', async () => {
    const { executor, filler, batches } = world();
    const [first, second] = [filler.openLane(), filler.openLane()];
    for (let sequence = 0; sequence < 3; sequence += 1) await second.put(frame('b', sequence), [slot()]);
    expect(batches()).toEqual([]);
    await first.put(frame('a', 0), [slot()]);
    await settled();
    expect(batches()).toEqual(['a0 b0 b1 b2']);
    expect(executor.inFlight).toBe(1);
  });

  it('runs the last batch although it is not full, and then is through', async () => {
    const { executor, filler, batches } = world();
    feed(filler.openLane(), 'a', 6);
    await settled();
    let through = false;
    void filler.finish().then(() => {
      through = true;
    });
    await settled();
    expect(batches()).toEqual(['a0 a1 a2 a3', 'a4 a5']);
    expect(executor.last).toMatchObject({ paddedTo: 2, flushReason: 'drain' });
    await executor.complete();
    expect(through).toBe(false);
    await executor.complete();
    expect(through).toBe(true);
  });

  it('does not let the end of a file wait for the next one while the engine stands still', async () => {
    const { filler, batches, executor } = world();
    feed(filler.openLane(), 'a', 5);
    filler.openLane();
    await settled();
    expect(batches()).toEqual(['a0 a1 a2 a3']);
    await executor.complete();
    expect(batches()).toEqual(['a0 a1 a2 a3', 'a4']);
  });

  it('takes all regions of a frame', async () => {
    const { executor, filler } = world();
    feed(filler.openLane(), 'a', 2, [slot('full'), slot('gate')]);
    await settled();
    expect(executor.last?.entries.map(({ slot: { region } }) => region)).toEqual(['full', 'gate', 'full', 'gate']);
  });

  it('goes on with smaller batches when the ladder is cut, and after a batch that failed', async () => {
    const { executor, filler, batches } = world();
    feed(filler.openLane(), 'a', 100);
    await settled();
    filler.setLadder([1, 2], COSTS);
    await executor.complete('failed');
    expect(batches().at(-1)).toBe('a8 a9');
    await executor.reject();
    expect(batches().at(-1)).toBe('a10 a11');
  });

  it('lets go of everybody when it is stopped', async () => {
    const { executor, filler, batches } = world();
    const lane = filler.openLane();
    const state = feed(lane, 'a', 100);
    await settled();
    filler.stop();
    await settled();
    expect(state.done).toBe(true);
    await filler.finish();
    await executor.complete();
    expect(batches()).toHaveLength(2);
    await filler.openLane().put(frame('b', 0), [slot()]);
    expect(batches()).toHaveLength(2);
  });

  it('loses no frame and doubles none, whatever comes from how many files', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(20), { minLength: 1, maxLength: 5 }), fc.integer({ min: 1, max: 3 }), async (lengths, regions) => {
        const { executor, filler } = world();
        const slots = Array.from({ length: regions }, (_, index) => slot(`r${index}`));
        for (const [index, length] of lengths.entries()) feed(filler.openLane(), `f${index}-`, length, slots);
        const end = { reached: false };
        void filler.finish().then(() => {
          end.reached = true;
        });
        for (let step = 0; step < 400 && !end.reached; step += 1) await executor.complete();
        expect(end.reached).toBe(true);
        const seen = executor.batches.flatMap(({ entries }) =>
          entries.map((entry) => `${entry.frame.cameraId}${entry.frame.sequence}${entry.slot.region}`),
        );
        const wanted = lengths.flatMap((length, file) =>
          Array.from({ length }, (_, sequence) => slots.map(({ region }) => `f${file}-${sequence}${region}`)).flat(),
        );
        expect(seen.toSorted()).toEqual(wanted.toSorted());
        for (const { entries, paddedTo } of executor.batches) expect(entries.length).toBeLessThanOrEqual(paddedTo);
      }),
      { numRuns: 50 },
    );
  });
});
