import type { Batch, BatchExecutor, BatchingObserver } from '../batching/batch.ts';
import { CostModel } from '../batching/cost-model.ts';
import { deadlinePolicy } from '../batching/deadline-policy.ts';
import { eagerPolicy } from '../batching/eager-policy.ts';
import type { BatchingPolicy } from '../batching/policy.ts';
import { BatchScheduler } from '../batching/scheduler.ts';
import { timeoutPolicy } from '../batching/timeout-policy.ts';
import type { BatchingConfig } from '../config/config.ts';
import type { EntryScores, RecoveringEngine } from '../engine/process/batch-outcome.ts';
import { BatchRunner } from '../engine/process/batch-runner.ts';
import type { PictureMemory } from '../stream/picture-memory.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Clock } from '../util/clock.ts';
import type { Logger } from '../util/logger.ts';
import type { TraceRecorder } from './trace-recorder.ts';

export interface BatcherParts {
  readonly batching: BatchingConfig;
  readonly version: string;
  /** It has started: its ladder and costs are known. */
  readonly engine: RecoveringEngine;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Told what becomes of frames. */
  readonly frames: BatchingObserver;
  readonly deliver: (scores: EntryScores) => void;
  /** Each entry holds its picture until it has ended. */
  readonly memory: Pick<PictureMemory, 'hold' | 'release'>;
  /** Begins with the first camera; null: nothing is recorded. */
  readonly trace: TraceRecorder | null;
}

/** What cameras may do with the batcher. */
export type FrameIntake = Pick<BatchScheduler, 'addSlot' | 'removeSlot' | 'offer'>;

/** libvips works beside the engine; more at a time only takes its cores away. */
const PARALLEL_PICTURES = 2;

/** The scheduler with the engine behind it and the recorder, if there is one, beside it. */
export interface Batcher {
  readonly scheduler: BatchScheduler;
  /** What batches cost, as it is known now. */
  readonly costs: CostModel;
  /** The only way in for frames. */
  readonly intake: FrameIntake;
  setLadder(sizes: readonly number[], costMs: Readonly<Record<number, number>>): void;
  engineAvailable(available: boolean): void;
}

/** Takes frames from now on; begins the recording. */
export function openBatcher({ batching, version, engine, clock, logger, metrics, frames, deliver, memory, trace }: BatcherParts): Batcher {
  const { batchSizes, costMs, backend, device, precision, threads } = engine.info;
  const setLadder: Batcher['setLadder'] = (sizes, newCostMs) => {
    trace?.ladderSet(sizes, newCostMs);
    scheduler.setLadder(sizes, newCostMs);
  };
  const observer: BatchingObserver = {
    batchFormed: (batch) => frames.batchFormed(batch),
    frameDropped(entry, reason) {
      frames.frameDropped(entry, reason);
      memory.release(entry.frame.pixels);
    },
  };
  const runner = new BatchRunner({
    ...{ engine, clock, log: logger, parallelPictures: PARALLEL_PICTURES },
    onScores(scores) {
      deliver(scores);
      memory.release(scores.entry.frame.pixels);
    },
    onDrop: (entry, reason) => observer.frameDropped(entry, reason),
    onInference: ({ networkMs }) => metrics.engineRan(networkMs),
    onLadder: (sizes) => setLadder(sizes, engine.info.costMs),
  });
  const costs = new CostModel(batchSizes, costMs);
  const scheduler = new BatchScheduler({ clock, policy: policyOf(batching), costs, executor: observed(runner, metrics, trace), observer });
  trace?.begin({
    recordedBy: version,
    sizes: costs.ladder,
    costMs: Object.fromEntries(costs.ladder.map((size) => [size, costs.typicalMs(size)])),
    ...{ preprocessMs: costs.preprocessMs(1), overheadMs: costs.overheadMs, engine: { backend, device, precision, threads } },
    policy: { name: batching.policy, maxQueueDelayMs: batching.maxQueueDelayMs },
  });
  return {
    scheduler,
    costs,
    intake: intakeOf(scheduler, memory, trace),
    setLadder,
    engineAvailable(available) {
      trace?.engineAvailable(available);
      scheduler.engineAvailable(available);
    },
  };
}

/** `executor`, its batches told to metrics and trace. */
function observed(executor: BatchExecutor, metrics: Metrics, trace: TraceRecorder | null): BatchExecutor {
  return {
    execute: async (batch: Batch) => {
      const timing = await executor.execute(batch);
      if (timing !== 'failed') metrics.batchDone(timing);
      trace?.batchDone(batch, timing);
      return timing;
    },
  };
}

/** The way into `scheduler`: what it takes is held, and written into `trace`. */
function intakeOf(scheduler: FrameIntake, memory: Pick<PictureMemory, 'hold'>, trace: TraceRecorder | null): FrameIntake {
  return {
    addSlot(spec) {
      trace?.slotAdded(spec);
      scheduler.addSlot(spec);
    },
    removeSlot(cameraId, region) {
      trace?.slotRemoved(cameraId, region);
      scheduler.removeSlot(cameraId, region);
    },
    offer(cameraId, region, frame) {
      const outcome = scheduler.offer(cameraId, region, frame);
      if (outcome === 'accepted' || outcome === 'superseded') {
        memory.hold(frame.pixels);
        trace?.frameOffered(cameraId, region, frame);
      }
      return outcome;
    },
  };
}

function policyOf({ policy, maxQueueDelayMs }: BatchingConfig): BatchingPolicy {
  if (policy === 'timeout') return timeoutPolicy(maxQueueDelayMs);
  return policy === 'eager' ? eagerPolicy : deadlinePolicy;
}
