import { rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CostModel } from '../../src/batching/cost-model.ts';
import { costFileOf, readCostFile } from '../../src/engine/costs/cost-file.ts';
import { CostMemory } from '../../src/monitor/cost-memory.ts';
import { machineName } from '../../src/util/machine.ts';
import { accepted } from '../config/sample.ts';
import { PuppetEngine } from '../helpers/puppet-engine.ts';
import { recordingLogger } from '../helpers/recording-logger.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';

function stage() {
  const stateDir = temporaryDirectory();
  const clock = new VirtualClock();
  const logger = recordingLogger();
  const costs = new CostModel([1, 2], { 1: 70, 2: 140 });
  const stats = { batches: 0 };
  const running = { costs, scheduler: { stats } };
  let warm = true;
  const config = { ...accepted('cameras: {}'), stateDir };
  const memory = new CostMemory({ config, clock, logger, engine: new PuppetEngine(), int8: null, batcher: () => (warm ? running : null) });
  const records = () => {
    const read = readCostFile(costFileOf(stateDir));
    return read.state === 'read' ? read.records : [];
  };
  const becomes = (isWarm: boolean) => {
    warm = isWarm;
  };
  return { memory, clock, logger, costs, stats, records, stateDir, config, becomes };
}

describe('CostMemory', () => {
  it('keeps what warm-up measured, and later what batches have shown', async () => {
    const { memory, clock, costs, stats, records, config } = stage();
    await memory.engineReady();
    const { engine, batching } = config;
    expect(records()).toEqual([
      {
        ...{ measuredAt: '2026-01-01T00:00:00.000Z', from: 'warmUp', machine: machineName(), sha256: '0'.repeat(64), int8: null },
        asked: { ...engine, batchSizes: batching.allowedBatchSizes },
        ran: { model: 'puppet', backend: 'wasm', device: 'cpu', precision: 'float32', threads: 1 },
        ...{ batchSizes: [1, 2], costMs: [70, 140], preprocessMs: costs.preprocessMs(1), overheadMs: costs.overheadMs },
      },
    ]);
    await clock.advance(60_000);
    await memory.update();
    expect(records()[0]?.from).toBe('warmUp');
    for (; stats.batches < 60; stats.batches++) costs.observe(1, 1, 90, 3);
    await memory.update();
    expect(records()).toMatchObject([{ from: 'running', measuredAt: '2026-01-01T00:01:00.000Z', costMs: [90, expect.any(Number)], preprocessMs: 3 }]);
  });

  it('waits for the engine', async () => {
    const { memory, records, becomes } = stage();
    becomes(false);
    await memory.engineReady();
    await memory.update();
    expect(records()).toEqual([]);
  });

  it('is no trouble when it cannot be written, and says so once', async () => {
    const { memory, stats, logger, stateDir } = stage();
    rmSync(stateDir, { recursive: true });
    await memory.engineReady();
    stats.batches = 1;
    await memory.update();
    expect(logger.lines.map(({ level }) => level)).toEqual(['warn']);
  });
});
