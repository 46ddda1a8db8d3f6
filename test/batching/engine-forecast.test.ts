import { describe, expect, it } from 'vitest';
import { CostModel } from '../../src/batching/cost-model.ts';
import { EngineForecast } from '../../src/batching/engine-forecast.ts';

describe('EngineForecast', () => {
  const costs = new CostModel([1, 2, 4], { 1: 30, 2: 60, 4: 120 });
  const preprocessMs = costs.preprocessMs(1);

  it('adds up what was handed over, and overlaps preparing with running', () => {
    const engine = new EngineForecast(costs);
    expect(engine.freeMono(500)).toBe(500);
    engine.hand(2, 2, 1_000);
    expect(engine.freeMono(1_000)).toBe(1_060 + 2 * preprocessMs);
    engine.hand(1, 1, 1_020);
    expect(engine.freeMono(1_020)).toBe(1_090 + 2 * preprocessMs);
  });

  it('is corrected by each completion, early or late', () => {
    for (const doneMono of [1_040, 1_300]) {
      const engine = new EngineForecast(costs);
      const first = engine.hand(2, 2, 1_000);
      const second = engine.hand(1, 1, 1_020);
      engine.complete(first, doneMono);
      expect(engine.freeMono(doneMono)).toBe(doneMono + 30);
      engine.complete(second, doneMono + 25);
      expect(engine.inFlight).toBe(0);
      expect(engine.busyMs(5_000)).toBe(doneMono + 25 - 1_000);
    }
  });

  it('never calls an engine free in the past', () => {
    const engine = new EngineForecast(costs);
    engine.hand(1, 1, 1_000);
    expect(engine.freeMono(3_000)).toBe(3_000);
    expect(engine.soonestFreeMono(3_000)).toBe(3_000);
  });

  it('knows which batch found the engine free', () => {
    const engine = new EngineForecast(costs);
    expect([engine.hand(1, 1, 0).alone, engine.hand(1, 1, 5).alone]).toEqual([true, false]);
  });
});
