import { describe, expect, it } from 'vitest';
import type { EngineFigures } from '../../src/bench/document.ts';
import { PipelineBench } from '../../src/bench/pipeline-bench.ts';
import type { PipelineSettings } from '../../src/bench/settings.ts';
import type { InferenceEngine } from '../../src/engine/engine.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';
import { driven } from './driven.ts';
import { ModelMachine, type ModelMachineOptions } from './model-machine.ts';
import { costOf } from './samples.ts';

const SETTINGS: PipelineSettings = {
  ...{ boundMs: 500, sampleFps: 2, decode: 'all', frameWidth: 640, maxCameras: 64, isShortOfMemory: false, seconds: 10, brief: false },
  stream: { width: 1920, height: 1080, framesPerSecond: 25, kilobitsPerSecond: 4000, keyFrameMs: 1000 },
};
const ENGINE = {
  ...{
    backend: 'onnx',
    device: 'cpu',
    precision: 'float32',
    threads: 2,
    model: 'm',
    sha256: '0',
    inputSize: 8,
    fit: 'stretch',
    fallback: null,
    selfTest: 'golden',
    startSeconds: 1,
  },
  batches: [costOf(1, 40), costOf(2, 62.5)],
} satisfies EngineFigures;

function benchOn(machineOptions: ModelMachineOptions, settings: Partial<PipelineSettings> = {}) {
  const clock = new VirtualClock();
  const machine = new ModelMachine(clock, machineOptions);
  const opened: string[] = [];
  const engine = {
    info: { inputSize: 8 },
    classify: async () => {
      await new Promise<void>((resolve) => clock.setTimer(100, resolve));
    },
    close: () => Promise.resolve(),
  } as unknown as InferenceEngine;
  const bench = new PipelineBench(
    {
      ...{ settings: { ...SETTINGS, ...settings }, cores: 4, clock, tell: () => undefined },
      openEngine: () => Promise.resolve(engine),
      openDaemon: (source) => {
        opened.push(source);
        return Promise.resolve(machine.opened);
      },
    },
    ENGINE,
  );
  return { bench, clock, machine, opened };
}

describe('PipelineBench', () => {
  it('finds what a machine carries that is known, and its limit', async () => {
    const { bench, clock, machine, opened } = benchOn({ framesPerSecond: 21 });
    await driven(clock, bench.run(new AbortController().signal));
    const { answer, frontier, cameraSteps, rateSteps, efficiency } = bench.figures;
    expect(answer).toMatchObject({ cameras: 10, sampleFps: 2, framesPerSecond: expect.closeTo(20, 1), limitedBy: 'engine' });
    expect(frontier.map(({ cameras, sampleFps }) => [cameras, sampleFps])).toEqual([
      [1, 20],
      [4, 5],
      [10, 2],
      [16, 1],
    ]);
    expect(cameraSteps.filter(({ cameras }) => cameras === 10)).toHaveLength(2);
    expect(rateSteps.every(({ cameras }) => [1, 4, 16].includes(cameras))).toBe(true);
    expect(opened).toEqual(['ready', 'cameras']);
    expect(machine.closed).toBe(2);
    // Two batches of 2 are under way at a time, 100 ms each: 40 frames/s after, 32 before.
    expect(efficiency).toMatchObject({
      batchSize: 2,
      before: expect.closeTo(32),
      daemonFramesPerSecond: expect.closeTo(21, 0),
      ratio: expect.closeTo(21 / 36, 1),
    });
    expect(efficiency?.offeredOverBare).toBeGreaterThan(1);
  });

  it('looks for no rate where decoding alone is too much', async () => {
    const { bench, clock } = benchOn({ framesPerSecond: 100, cameras: 3 });
    await driven(clock, bench.run(new AbortController().signal));
    expect(bench.figures.answer).toMatchObject({ cameras: 3, limitedBy: 'decode' });
    expect(bench.figures.frontier.map(({ cameras }) => cameras)).toEqual([1, 3]);
    expect(bench.figures.rateSteps.some(({ cameras }) => cameras === 16)).toBe(false);
  });

  it('measures only the number of cameras when that is asked, and no more of them than are', async () => {
    const { bench, clock, opened } = benchOn({ framesPerSecond: 1000 }, { brief: true, maxCameras: 6 });
    await driven(clock, bench.run(new AbortController().signal));
    expect(bench.figures).toMatchObject({ efficiency: null, rateSteps: [], answer: { cameras: 6, limitedBy: 'asked' } });
    expect(opened).toEqual(['cameras']);
  });

  it('says that not even one camera is carried', async () => {
    const { bench, clock } = benchOn({ framesPerSecond: 1 }, { brief: true });
    await driven(clock, bench.run(new AbortController().signal));
    expect(bench.figures.answer).toMatchObject({ cameras: 0, framesPerSecond: 0, p99Ms: null, limitedBy: 'engine' });
    expect(bench.figures.frontier).toEqual([]);
  });

  it('keeps what it had found when it is broken off, and closes what it opened', async () => {
    const { bench, clock, machine } = benchOn({ framesPerSecond: 21 }, { brief: true });
    const ending = new AbortController();
    const running = bench.run(ending.signal);
    while (bench.figures.cameraSteps.length < 2) await clock.advance(1000);
    ending.abort();
    await driven(clock, running);
    expect(bench.figures.cameraSteps).toHaveLength(2);
    expect(bench.figures.answer).not.toBeNull();
    expect(machine.closed).toBe(1);
  });
});
