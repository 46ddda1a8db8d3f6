import { describe, expect, it } from 'vitest';
import { CombinationBench, type CombinationBenchParts } from '../../src/bench/combination-bench.ts';
import type { Combination } from '../../src/bench/combination-figures.ts';
import { FramewatchError } from '../../src/util/errors.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';
import { driven } from './driven.ts';
import { SlowEngine } from './slow-engine.ts';

const ONNX: Combination = { backend: 'onnx', device: 'cpu', precision: 'float32' };
const QUANTISED: Combination = { ...ONNX, precision: 'int8' };
const WASM: Combination = { ...ONNX, backend: 'wasm' };
const GPU: Combination = { ...ONNX, device: 'gpu' };
const MS: Readonly<Record<string, number>> = { onnx: 100, wasm: 1000 };

/** Engines that take so many ms a picture and start in two seconds; the GPU is missing. */
function world(
  changes: Partial<CombinationBenchParts> = {},
  ran: (asked: Combination) => Partial<Combination> = () => ({}),
  slowness: (nowMs: number) => number = () => 1,
) {
  const clock = new VirtualClock();
  const log: string[] = [];
  const engines: SlowEngine[] = [];
  const open = async (asked: Combination) => {
    log.push(`open ${asked.backend} ${asked.precision}`);
    await new Promise<void>((resolve) => clock.setTimer(2000, resolve));
    if (asked.device === 'gpu') throw new FramewatchError('ENGINE_DEVICE_UNAVAILABLE', 'no GPU here');
    const msOf = (size: number) => size * (MS[asked.backend] ?? 0);
    const batchSizes = [1, 4, 32];
    const costMs = Object.fromEntries(batchSizes.map((size) => [size, msOf(size)]));
    const engine = new SlowEngine(clock, (size) => msOf(size) * slowness(clock.monotonicMs()), {
      ...asked,
      ...ran(asked),
      threads: 2,
      batchSizes,
      costMs,
      labels: ['a'],
      fallback: null,
      model: 'm',
    });
    engines.push(engine);
    return Object.assign(engine, {
      pid: engines.length,
      close: async () => {
        log.push(`close ${asked.backend} ${asked.precision}`);
      },
    });
  };
  const bench = new CombinationBench({
    combinations: [ONNX, QUANTISED, GPU, WASM],
    openConfigured: () => open(ONNX),
    open,
    residentBytes: (pid) => pid * 1000 + (engines[pid - 1]?.inputs.length ? 500 : 0),
    ...{ clock, limitMs: 3000, tell: () => undefined },
    ...changes,
  });
  const ending = new AbortController();
  return { bench, log, engines, clock, ending, run: () => driven(clock, bench.run(ending.signal)) };
}

describe('CombinationBench', () => {
  it('measures what is configured first and all others once, each alone, and says why one is not here', async () => {
    const { bench, log, run } = world();
    await run();
    expect(log).toEqual([
      'open onnx float32',
      'close onnx float32',
      'open onnx int8',
      'close onnx int8',
      'open onnx float32',
      'open wasm float32',
      'close wasm float32',
    ]);
    expect(bench.figures.map(({ isConfigured, state, backend, device, precision }) => [backend, device, precision, isConfigured, state])).toEqual([
      ['onnx', 'cpu', 'float32', true, 'measured'],
      ['onnx', 'cpu', 'int8', false, 'measured'],
      ['onnx', 'gpu', 'float32', false, 'not here'],
      ['wasm', 'cpu', 'float32', false, 'measured'],
    ]);
    expect(bench.figures[2]).toMatchObject({ reason: 'no GPU here' });
    expect(bench.figures[0]).toMatchObject({
      threads: 2,
      provider: null,
      startSeconds: 2,
      residentBytes: { warm: 1000, measured: 1500 },
      leftOut: [],
    });
    expect(bench.configured).toMatchObject({ backend: 'onnx', model: 'm', startSeconds: 2 });
    expect(bench.configured).not.toHaveProperty('labels');
    expect(bench.configured?.batches.map(({ size, framesPerSecond }) => [size, framesPerSecond])).toEqual([
      [1, expect.closeTo(10)],
      [4, expect.closeTo(10)],
      [32, expect.closeTo(10)],
    ]);
  });

  it('goes up and down the sizes in small pieces, slow sizes less often, and leaves out what is far too slow', async () => {
    const { bench, engines, run } = world();
    await run();
    const [onnx, , wasm] = engines;
    const turns = onnx?.inputs.map(({ paddedTo }) => paddedTo).filter((size, index, all) => size !== all[index - 1]);
    expect(turns).toEqual([1, 4, 32, 4, 1, 4, 1, 4]);
    expect(wasm?.inputs.filter(({ paddedTo }) => paddedTo === 4)).toHaveLength(3);
    expect(bench.figures[3]).toMatchObject({ leftOut: [32], sizes: [{ size: 1 }, { size: 4, batches: 2, batchMs: { p50: 4000 } }] });
  });

  it('tells how far the rounds were from each other', async () => {
    // The machine is half as fast from the sixth second on.
    const { bench, run } = world({ openConfigured: null, combinations: [ONNX] }, undefined, (nowMs) => (nowMs > 6000 ? 2 : 1));
    await run();
    const [figures] = bench.figures;
    const single = figures?.state === 'measured' ? figures.sizes[0] : undefined;
    expect(single?.lowestFramesPerSecond).toBeCloseTo(5);
    expect(single?.highestFramesPerSecond).toBeCloseTo(10);
    expect(single?.batchMs).toMatchObject({ p25: 100, p95: 200 });
  });

  it('does not put something else in the table under the name that was asked for', async () => {
    const { bench, log, run } = world({ openConfigured: null }, ({ precision }) => (precision === 'int8' ? { precision: 'float32' } : {}));
    await run();
    expect(bench.figures[1]).toMatchObject({ precision: 'int8', state: 'not here', reason: 'it runs as onnx on cpu, float32' });
    expect(log.filter((line) => line === 'close onnx int8')).toHaveLength(1);
    expect(bench.configured).toBeNull();
  });

  it('fails with the configured engine, and with the last of others when none is here', async () => {
    const { run } = world({ openConfigured: () => Promise.reject(new FramewatchError('MODEL_NOT_FOUND', 'no model')) });
    await expect(run()).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
    const { run: runGpu, bench } = world({ openConfigured: null, combinations: [GPU] });
    await expect(runGpu()).rejects.toMatchObject({ code: 'ENGINE_DEVICE_UNAVAILABLE' });
    expect(bench.figures).toMatchObject([{ state: 'not here' }]);
  });

  it('keeps what it has when it is broken off', async () => {
    const { bench, clock, ending, log } = world();
    const running = bench.run(ending.signal);
    await clock.advance(2500);
    ending.abort();
    await driven(clock, running);
    expect(bench.figures).toMatchObject([{ state: 'measured', sizes: [{ size: 1 }] }]);
    expect(log).toEqual(['open onnx float32', 'close onnx float32']);
  });
});
