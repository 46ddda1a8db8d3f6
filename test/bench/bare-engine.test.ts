import { describe, expect, it } from 'vitest';
import { measureBatchSize, measureGaps } from '../../src/bench/bare-engine.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';
import { driven } from './driven.ts';
import { SlowEngine } from './slow-engine.ts';

describe('measureBatchSize', () => {
  const measured = (ms: number, limitMs: number, size = 8) => {
    const clock = new VirtualClock();
    const engine = new SlowEngine(clock, ms);
    return { engine, cost: driven(clock, measureBatchSize(engine, { size, limitMs, clock, signal: new AbortController().signal })) };
  };

  it('measures from answer to answer, with the next batch always waiting', async () => {
    const { engine, cost } = measured(100, 2000);
    expect(await cost).toEqual({ size: 8, batches: expect.any(Number), batchMs: { p50: 100, p95: 100 }, framesPerSecond: expect.closeTo(80) });
    expect((await cost)?.batches).toBeGreaterThanOrEqual(20);
    expect(engine.most).toBe(2);
    expect(engine.inputs[0]).toMatchObject({ count: 8, paddedTo: 8 });
    expect(engine.inputs[0]?.pixels).toHaveLength(8 * 4 * 4 * 3);
  });

  it('runs at least three, however long they take', async () => {
    expect((await measured(5000, 100).cost)?.batches).toBeGreaterThanOrEqual(3);
  });

  it('gives the single times; one is enough where one was asked for', async () => {
    const clock = new VirtualClock();
    const engine = new SlowEngine(clock, 5000);
    const gaps = measureGaps(engine, { size: 2, limitMs: 100, leastBatches: 1, clock, signal: new AbortController().signal });
    expect(await driven(clock, gaps)).toEqual([5000, 5000]);
  });

  it('stops with the batches that are under way when it is broken off', async () => {
    const clock = new VirtualClock();
    const ending = new AbortController();
    const engine = new SlowEngine(clock, 100);
    const running = measureBatchSize(engine, { size: 1, limitMs: 1e6, clock, signal: ending.signal });
    await clock.advance(50);
    ending.abort();
    expect((await driven(clock, running))?.batches ?? 0).toBeLessThanOrEqual(2);
    expect(engine.waiting).toBe(0);
  });
});
