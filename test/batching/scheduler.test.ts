import { describe, expect, it } from 'vitest';
import type { BatchEntry, DropReason, SlotSpec } from '../../src/batching/batch.ts';
import { CostModel } from '../../src/batching/cost-model.ts';
import { deadlinePolicy } from '../../src/batching/deadline-policy.ts';
import type { BatchingPolicy } from '../../src/batching/policy.ts';
import { BatchScheduler } from '../../src/batching/scheduler.ts';
import { timeoutPolicy } from '../../src/batching/timeout-policy.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';
import { frameAt, spec } from './frames.ts';
import { PuppetExecutor, settled } from './puppet-executor.ts';

const FLAT = { 1: 30, 2: 60, 4: 120 };

function stage(over: { policy?: BatchingPolicy; costMs?: Record<number, number>; slots?: SlotSpec[] } = {}) {
  const clock = new VirtualClock(1_000);
  const executor = new PuppetExecutor();
  const drops: Array<{ camera: string; sequence: number; reason: DropReason }> = [];
  const costs = new CostModel([1, 2, 4], over.costMs ?? FLAT);
  const scheduler = new BatchScheduler({
    clock,
    policy: over.policy ?? deadlinePolicy,
    costs,
    executor,
    observer: {
      batchFormed: () => undefined,
      frameDropped: ({ frame }: BatchEntry, reason) => void drops.push({ camera: frame.cameraId, sequence: frame.sequence, reason }),
    },
  });
  for (const slot of over.slots ?? ['a', 'b', 'c', 'd', 'e'].map((id) => spec(id))) scheduler.addSlot(slot);
  let sequence = 0;
  const offer = (cameraId: string, region: string = 'full') => scheduler.offer(cameraId, region, frameAt(clock.monotonicMs(), cameraId, ++sequence));
  return { clock, executor, drops, costs, scheduler, offer };
}

const camerasOf = (entries: readonly BatchEntry[] | undefined) => entries?.map((entry) => entry.slot.cameraId);

describe('BatchScheduler', () => {
  it('gives an idle engine a frame at once when waiting wins nothing', async () => {
    const { executor, offer, clock } = stage();
    expect(offer('a')).toBe('accepted');
    await settled();
    expect(executor.last).toMatchObject({ id: 1, paddedTo: 1, formedMono: clock.monotonicMs() });
    expect(executor.last?.entries[0]).toMatchObject({ unservedSince: 1_000, deadlineMono: 1_500 });
  });

  it('judges the regions of a picture in one batch', async () => {
    const { executor, offer } = stage({ costMs: { 1: 30, 2: 31, 4: 33 }, slots: [spec('a'), spec('a', { region: 'gate' })] });
    offer('a');
    offer('a', 'gate');
    await settled();
    expect(executor.last?.entries.map((entry) => entry.slot.region)).toEqual(['full', 'gate']);
  });

  it('hands over two batches at most, the second just in time', async () => {
    const { executor, offer, clock } = stage();
    for (const camera of ['a', 'b', 'c']) offer(camera);
    await settled();
    expect(executor.batches).toHaveLength(1);
    await clock.advance(20);
    expect(executor.batches).toHaveLength(1);
    await clock.advance(9);
    expect(executor.batches).toHaveLength(2);
    await clock.advance(500);
    expect(executor.batches).toHaveLength(2);
    await executor.complete();
    await clock.advance(29);
    expect(executor.batches).toHaveLength(3);
    expect(new Set(executor.batches.flatMap((batch) => camerasOf(batch.entries)))).toEqual(new Set(['a', 'b', 'c']));
  });

  it('lets an urgent camera that came while the engine was busy go first', async () => {
    const { executor, offer, clock } = stage({ slots: [spec('a'), spec('patient', { maxLatencyMs: 2_000 }), spec('urgent', { maxLatencyMs: 100 })] });
    offer('a');
    await settled();
    offer('patient');
    await clock.advance(15);
    offer('urgent');
    await clock.advance(15);
    expect(camerasOf(executor.last?.entries)).toEqual(['urgent']);
  });

  it('replaces a frame that waits by a newer one of its camera, and counts it', async () => {
    const { executor, offer, drops, clock, scheduler } = stage();
    scheduler.engineAvailable(false);
    expect(offer('a')).toBe('accepted');
    await clock.advance(100);
    expect(offer('a')).toBe('superseded');
    expect(drops).toEqual([{ camera: 'a', sequence: 1, reason: 'superseded' }]);
    scheduler.engineAvailable(true);
    await settled();
    expect(executor.last?.entries[0]).toMatchObject({ frame: { sequence: 2 }, unservedSince: 1_000, deadlineMono: 1_500 });
  });

  it('takes a newer frame of a camera while one is in flight', async () => {
    const { executor, offer } = stage();
    offer('a');
    await settled();
    expect(offer('a')).toBe('accepted');
    await executor.complete();
    expect(executor.batches.map((batch) => batch.entries[0]?.frame.sequence)).toEqual([1, 2]);
  });

  it('waits for company on a curve where company is cheap, until the latest safe start', async () => {
    const { executor, offer, clock, costs } = stage({ costMs: { 1: 20, 2: 21, 4: 22 } });
    for (let tick = 0; tick < 200; tick++) {
      offer(['a', 'b', 'c', 'd', 'e'][tick % 5] ?? 'a');
      await clock.advance(8);
      if (tick % 3 === 2) await executor.complete({ preprocessMs: 2, inferenceMs: 21 });
    }
    const sizes = executor.batches.slice(-10).map((batch) => batch.entries.length);
    expect(Math.min(...sizes)).toBeGreaterThan(1);
    for (const batch of executor.batches.slice(-10)) {
      const mustEnd = Math.min(...batch.entries.map((entry) => entry.deadlineMono));
      expect(batch.formedMono + costs.preprocessMs(batch.entries.length) + costs.safeMs(batch.paddedTo)).toBeLessThanOrEqual(mustEnd);
    }
  });

  it('drops a frame that has become far too old, and judges a late one', async () => {
    const { executor, offer, drops, clock, scheduler } = stage({ slots: [spec('late', { maxLatencyMs: 100 }), spec('gone', { maxLatencyMs: 100 })] });
    scheduler.engineAvailable(false);
    offer('gone');
    await clock.advance(1_500);
    offer('late');
    await clock.advance(700);
    expect(executor.batches).toHaveLength(0);
    scheduler.engineAvailable(true);
    await settled();
    expect(camerasOf(executor.last?.entries)).toEqual(['late']);
    expect(drops).toEqual([{ camera: 'gone', sequence: 1, reason: 'expired' }]);
  });

  it('goes on after a failed batch, a rejecting and a throwing executor', async () => {
    const { executor, offer, scheduler } = stage();
    offer('a');
    await settled();
    await executor.complete('failed');
    offer('b');
    await settled();
    await executor.reject();
    const execute = executor.execute.bind(executor);
    executor.execute = () => {
      throw new Error('an executor must not throw');
    };
    offer('c');
    await settled();
    executor.execute = execute;
    offer('d');
    await settled();
    expect(camerasOf(executor.last?.entries)).toEqual(['d']);
    expect(scheduler.progress).toMatchObject({ waiting: 0, inFlight: 1 });
    expect(scheduler.stats).toMatchObject({ batches: 4, entries: 4, failed: 3, bySize: { 1: 4 } });
  });

  it('uses no size above a smaller ladder', async () => {
    const { executor, offer, scheduler } = stage({ policy: timeoutPolicy(5), costMs: { 1: 30, 2: 31, 4: 32 } });
    scheduler.setLadder([1, 2], { 1: 30, 2: 31 });
    for (const camera of ['a', 'b', 'c', 'd', 'e']) offer(camera);
    await settled();
    await executor.complete();
    await executor.complete();
    expect(executor.batches.map((batch) => batch.paddedTo)).toEqual([2, 2]);
  });

  it('pads to an allowed size', async () => {
    const { executor, offer, clock } = stage({ policy: timeoutPolicy(5) });
    for (const camera of ['a', 'b', 'c']) offer(camera);
    await clock.advance(5);
    expect(executor.last).toMatchObject({ paddedTo: 4, flushReason: 'timeout' });
    expect(executor.last?.entries).toHaveLength(3);
  });

  it('drops the waiting frame of a camera that is removed, and knows it no more', async () => {
    const { executor, offer, drops, scheduler } = stage({ slots: [spec('a'), spec('a', { region: 'gate' }), spec('b')] });
    scheduler.engineAvailable(false);
    offer('a');
    offer('a', 'gate');
    offer('b');
    scheduler.removeSlot('a', 'gate');
    expect(drops).toHaveLength(1);
    scheduler.removeSlot('a');
    expect(drops.map(({ reason }) => reason)).toEqual(['shutdown', 'shutdown']);
    expect(offer('a')).toBe('unknownSlot');
    scheduler.engineAvailable(true);
    await settled();
    expect(camerasOf(executor.last?.entries)).toEqual(['b']);
  });

  it('drains when it closes, and takes nothing more', async () => {
    const { executor, offer, scheduler, clock, drops } = stage();
    for (const camera of ['a', 'b', 'c']) offer(camera);
    await settled();
    const closed = scheduler.close();
    expect(scheduler.close()).toBe(closed);
    expect(offer('d')).toBe('closed');
    await settled();
    for (let batch = 0; batch < 3; batch++) await executor.complete();
    await closed;
    expect(executor.batches.map((batch) => batch.flushReason)).toEqual([executor.batches[0]?.flushReason, 'drain', 'drain']);
    expect(drops).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('closes although the engine is away, or a batch never comes back', async () => {
    const away = stage();
    away.scheduler.engineAvailable(false);
    away.offer('a');
    await away.scheduler.close();
    expect(away.drops).toEqual([{ camera: 'a', sequence: 1, reason: 'shutdown' }]);

    const hung = stage();
    for (const camera of ['a', 'b', 'c']) hung.offer(camera);
    await settled();
    const hurry = new AbortController();
    const closed = hung.scheduler.close(hurry.signal);
    await settled();
    hurry.abort();
    await closed;
    expect(hung.executor.inFlight).toBe(2);
    expect(hung.drops).toEqual([{ camera: 'c', sequence: 3, reason: 'shutdown' }]);
    expect(hung.clock.pendingTimers).toBe(0);
  });

  it('shows a watchdog whether there is work and whether it moves', async () => {
    const { executor, offer, scheduler, clock } = stage();
    expect(scheduler.progress).toEqual({ waiting: 0, inFlight: 0, lastCompletedMono: null, engineAvailable: true, overloaded: false });
    offer('a');
    await clock.advance(40);
    await executor.complete();
    expect(scheduler.progress.lastCompletedMono).toBe(1_040);
  });
});
