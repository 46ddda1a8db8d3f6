import type { BatchExecutor, BatchTiming } from '../../src/batching/batch.ts';
import { CostModel } from '../../src/batching/cost-model.ts';
import { deadlinePolicy } from '../../src/batching/deadline-policy.ts';
import { BatchScheduler } from '../../src/batching/scheduler.ts';
import { SimulationClock } from './simulation-clock.ts';

export interface SchedulerCost {
  readonly frames: number;
  readonly meanBatch: number;
  /** CPU time of the scheduler alone: the same run without it is taken off. */
  readonly microsPerFrame: number;
}

/** What the scheduler itself costs, with an engine that does nothing: simulated time, real CPU. */
export async function measureSchedulerCost(load: { cameras: number; framesPerSecond: number; seconds: number }): Promise<SchedulerCost> {
  await play(load, true);
  const without = await play(load, false);
  const runs = [await play(load, true), await play(load, true), await play(load, true)];
  const best = Math.min(...runs.map((run) => run.cpuMs));
  const [first = without] = runs;
  return { frames: first.frames, meanBatch: first.meanBatch, microsPerFrame: (1_000 * (best - without.cpuMs)) / first.frames };
}

async function play(
  { cameras, framesPerSecond, seconds }: { cameras: number; framesPerSecond: number; seconds: number },
  scheduling: boolean,
): Promise<{ frames: number; cpuMs: number; meanBatch: number }> {
  const clock = new SimulationClock();
  const timing: Promise<BatchTiming> = Promise.resolve({ preprocessMs: 0.1, inferenceMs: 0.1 });
  const executor: BatchExecutor = { execute: () => timing };
  const scheduler = new BatchScheduler({
    clock,
    policy: deadlinePolicy,
    costs: new CostModel([1, 2, 4, 8, 16], { 1: 0.1, 2: 0.1, 4: 0.1, 8: 0.1, 16: 0.1 }),
    executor,
    observer: { batchFormed: () => undefined, frameDropped: () => undefined },
  });
  const pixels = new Uint8Array(0);
  const periodMs = 1_000 / framesPerSecond;
  let frames = 0;
  for (let index = 0; index < cameras; index++) {
    const cameraId = `camera${index}`;
    scheduler.addSlot({ cameraId, region: 'full', crop: null, maxLatencyMs: index % 2 === 0 ? 100 : 500, weight: 1 });
    const tick = () => {
      const now = clock.monotonicMs();
      frames++;
      const frame = { cameraId, sequence: frames, receivedAt: now, receivedMono: now - 5, decodedMono: now, width: 640, height: 360, pixels };
      if (scheduling) scheduler.offer(cameraId, 'full', frame);
      clock.at(now + periodMs, tick);
    };
    clock.at((index / cameras) * periodMs, tick);
  }
  const before = process.cpuUsage();
  await clock.run(seconds * 1_000);
  const used = process.cpuUsage(before);
  const { entries, batches } = scheduler.stats;
  return { frames, cpuMs: (used.user + used.system) / 1_000, meanBatch: batches > 0 ? entries / batches : 0 };
}
