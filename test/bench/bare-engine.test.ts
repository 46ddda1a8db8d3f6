import { describe, expect, it } from 'vitest';
import { measureBatchSize } from '../../src/bench/bare-engine.ts';
import type { EngineInfo, EngineInput, EngineOutput } from '../../src/engine/engine.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';
import { driven } from './driven.ts';

/** Runs one batch at a time; another may wait. */
class SlowEngine {
  readonly info = { inputSize: 4 } as EngineInfo;
  readonly #clock: VirtualClock;
  readonly #ms: number;
  #freeMono = 0;
  waiting = 0;
  most = 0;
  readonly inputs: EngineInput[] = [];

  constructor(clock: VirtualClock, ms: number) {
    this.#clock = clock;
    this.#ms = ms;
  }

  async classify(input: EngineInput): Promise<EngineOutput> {
    this.inputs.push(input);
    this.waiting += 1;
    this.most = Math.max(this.most, this.waiting);
    this.#freeMono = Math.max(this.#clock.monotonicMs(), this.#freeMono) + this.#ms;
    await new Promise<void>((resolve) => this.#clock.setTimer(this.#freeMono - this.#clock.monotonicMs(), resolve));
    this.waiting -= 1;
    return { probabilities: new Float32Array(), features: null, inferenceMs: this.#ms };
  }
}

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
