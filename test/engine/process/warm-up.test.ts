import { describe, expect, it } from 'vitest';
import { warmUp } from '../../../src/engine/process/warm-up.ts';
import { FramewatchError } from '../../../src/util/errors.ts';
import { VirtualClock } from '../../helpers/virtual-clock.ts';

/** A network that needs `costOf(size)` ms, on a clock of its own. */
function network(costOf: (size: number, run: number) => number, failing: (size: number) => FramewatchError | undefined = () => undefined) {
  const clock = new VirtualClock();
  const ran: number[] = [];
  const run = async (size: number) => {
    const error = failing(size);
    if (error) throw error;
    ran.push(size);
    await clock.advance(costOf(size, ran.length));
  };
  const firstRun = async (size: number) => {
    const start = clock.monotonicMs();
    await run(size);
    return clock.monotonicMs() - start;
  };
  return { clock, ran, run, firstRun };
}

const outOfMemory = new FramewatchError('ENGINE_OUT_OF_MEMORY', 'memory ended');

describe('warmUp', () => {
  it('runs every size and tells what each costs, first runs left out', async () => {
    const net = network((size, run) => (run % 6 === 1 ? size * 20 : size * 10));
    const outcome = await warmUp({ ...net, batchSizes: [1, 2, 4], budgetMs: 10_000 });
    expect(outcome).toEqual({ batchSizes: [1, 2, 4], costMs: { 1: 10, 2: 20, 4: 40 } });
    expect(net.ran.filter((size) => size === 4)).toHaveLength(6);
  });

  it('takes the slow end of several runs as the cost', async () => {
    const net = network((_, run) => (run === 3 ? 50 : 10));
    expect((await warmUp({ ...net, batchSizes: [1], budgetMs: 1000 })).costMs).toEqual({ 1: 50 });
  });

  it('keeps to its time: an equal share for each size, one run where that is all it allows', async () => {
    const net = network((size) => size * 50);
    await warmUp({ ...net, batchSizes: [1, 2, 16], budgetMs: 1800 });
    expect(net.ran).toEqual([1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 16, 16]);
  });

  it('runs a size once only when that alone took half the time', async () => {
    const slow = network((size) => size * 450);
    const outcome = await warmUp({ ...slow, batchSizes: [1, 2, 4, 8, 16], budgetMs: 2000 });
    expect(slow.ran).toEqual([1, 1, 2, 2, 4, 8, 16]);
    expect(outcome.costMs[16]).toBe(7200);
  });

  it('drops the size at which memory ends and all larger ones', async () => {
    const net = network(
      () => 1,
      (size) => (size === 4 ? outOfMemory : undefined),
    );
    expect((await warmUp({ ...net, batchSizes: [1, 2, 4, 8], budgetMs: 100 })).batchSizes).toEqual([1, 2]);
    expect(net.ran).not.toContain(8);
  });

  it('fails when the network is broken after memory ended, though smaller sizes ran before', async () => {
    const broken = new FramewatchError('ENGINE_INFERENCE_FAILED', 'the device is lost');
    let ended = false;
    const net = network(
      () => 1,
      (size) => {
        if (ended) return broken;
        ended = size === 4;
        return ended ? outOfMemory : undefined;
      },
    );
    await expect(warmUp({ ...net, batchSizes: [1, 2, 4, 8], budgetMs: 100 })).rejects.toBe(broken);
  });

  it('fails when not even the smallest size fits, and on any other fault', async () => {
    const tiny = network(
      () => 1,
      () => outOfMemory,
    );
    await expect(warmUp({ ...tiny, batchSizes: [1, 2], budgetMs: 100 })).rejects.toBe(outOfMemory);
    const wrong = new FramewatchError('MODEL_SELF_TEST_FAILED', 'other scores');
    const mad = network(
      () => 1,
      (size) => (size === 2 ? wrong : undefined),
    );
    await expect(warmUp({ ...mad, batchSizes: [1, 2], budgetMs: 100 })).rejects.toBe(wrong);
  });
});
