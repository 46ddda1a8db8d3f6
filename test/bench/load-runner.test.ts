import { describe, expect, it } from 'vitest';
import { LoadRunner, type LoadRunnerOptions } from '../../src/bench/load-runner.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';
import { driven } from './driven.ts';
import { ModelMachine, type ModelMachineOptions } from './model-machine.ts';

const LOAD = { cameras: 4, sampleFps: 2 };

function runnerOn(machineOptions: ModelMachineOptions, changes: Partial<LoadRunnerOptions> = {}) {
  const clock = new VirtualClock(5000);
  const machine = new ModelMachine(clock, machineOptions);
  const runner = new LoadRunner({ ...machine.opened, clock, boundMs: 500, frameWidth: 640, decode: 'all', seconds: 10, endsEarly: true, ...changes });
  const ending = new AbortController();
  return { clock, machine, runner, ending, run: (load = LOAD) => driven(clock, runner.run(load, ending.signal)) };
}

describe('LoadRunner', () => {
  it('measures a load that is carried, for as long as asked, after its warm-up', async () => {
    const ran = await runnerOn({ framesPerSecond: 20, upMs: 4000 }).run();
    expect(ran?.judgement).toEqual({ holds: true, clear: false, broken: [] });
    expect(ran?.step).toMatchObject({
      ...LOAD,
      end: 'whole',
      offered: 80,
      received: 80,
      judged: 80,
      samples: 80,
      missedShare: 0,
      live: { all: 4, keyframes: 0 },
    });
    expect(ran?.step.seconds).toBeCloseTo(10);
    expect(ran?.step.warmUpSeconds).toBeGreaterThanOrEqual(10);
    expect(ran?.step.warmUpSeconds).toBeLessThan(12);
  });

  it('ends early what cannot hold any more, unless told to go on', async () => {
    const over = await runnerOn({ framesPerSecond: 4 }).run();
    expect(over?.judgement).toMatchObject({ holds: false, clear: true });
    expect(over?.step).toMatchObject({ end: 'clearlyOver' });
    expect(over?.step.seconds).toBeCloseTo(4);
    const whole = await runnerOn({ framesPerSecond: 4 }, { endsEarly: false }).run();
    expect(whole?.step).toMatchObject({ end: 'whole', judged: 40, dropped: { superseded: 40 } });
  });

  it('measures without the cameras that do not come up, and says how many those are', async () => {
    const ran = await runnerOn({ framesPerSecond: 50, cameras: 3 }).run();
    expect(ran?.step.broken[0]).toBe('only 3 of 4 cameras were live');
    expect(ran?.step.warmUpSeconds).toBeGreaterThan(12 + 4 * 1.5);
  });

  it('waits until `auto` has found its way of decoding, where it looks for one', async () => {
    const slow = { framesPerSecond: 50, upMs: 1000, keyFramesAfterMs: 17_000 };
    const tries = await runnerOn(slow, { decode: 'auto' }).run({ cameras: 4, sampleFps: 1 });
    expect(tries?.step.warmUpSeconds).toBeGreaterThanOrEqual(18 + 6);
    const doesNot = await runnerOn(slow, { decode: 'auto' }).run({ cameras: 4, sampleFps: 2 });
    expect(doesNot?.step.warmUpSeconds).toBeLessThan(10);
  });

  it('measures nothing when it is broken off, at whatever moment', async () => {
    for (const afterMs of [0, 1000, 5000, 12_000]) {
      const { clock, ending, runner } = runnerOn({ framesPerSecond: 20 });
      const running = runner.run(LOAD, ending.signal);
      await clock.advance(afterMs);
      ending.abort();
      expect(await driven(clock, running)).toBeNull();
      expect(clock.pendingTimers).toBe(0);
    }
  });
});
