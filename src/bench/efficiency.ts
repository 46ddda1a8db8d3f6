import type { BatchCost } from './bare-engine.ts';
import type { Step } from './step.ts';

/** How much of the bare engine's rate is left when the whole daemon goes on around it. */
export interface Efficiency {
  /** The daemon's rate over that of the bare engine at the batch size that most of its pictures went in. */
  readonly ratio: number;
  readonly daemonFramesPerSecond: number;
  /** Mean of a measurement before and one after the daemon's. */
  readonly bareFramesPerSecond: number;
  readonly before: number;
  readonly after: number;
  readonly batchSize: number;
  readonly meanBatch: number | null;
  readonly engineBusyShare: number;
  readonly cores: Step['cores'];
  /** Pictures a second that came, over what the bare engine can do. */
  readonly offeredOverBare: number;
}

/** The allowed size at which most pictures ran, of batches by number of pictures; null when none ran. */
export function usualBatchSize(batches: ReadonlyMap<number, number>, allowed: readonly number[]): number | null {
  const pictures = new Map<number, number>();
  for (const [count, times] of batches) {
    const size = allowed.find((candidate) => candidate >= count) ?? allowed.at(-1);
    if (size !== undefined && times > 0) pictures.set(size, (pictures.get(size) ?? 0) + count * times);
  }
  const [most] = [...pictures].toSorted(([, a], [, b]) => b - a);
  return most?.[0] ?? null;
}

export function efficiencyOf(saturated: Step, before: BatchCost, after: BatchCost): Efficiency {
  const bareFramesPerSecond = (before.framesPerSecond + after.framesPerSecond) / 2;
  return {
    ratio: saturated.framesPerSecond / bareFramesPerSecond,
    daemonFramesPerSecond: saturated.framesPerSecond,
    bareFramesPerSecond,
    before: before.framesPerSecond,
    after: after.framesPerSecond,
    batchSize: before.size,
    meanBatch: saturated.meanBatch,
    engineBusyShare: saturated.engineBusyShare,
    cores: saturated.cores,
    offeredOverBare: saturated.offered / saturated.seconds / bareFramesPerSecond,
  };
}

/** Cameras of pictures that cost no decoding, and their rate, that together offer a third more than `framesPerSecond`; batches can be full. */
export function saturatingLoad(framesPerSecond: number, largestBatch: number): { readonly cameras: number; readonly sampleFps: number } {
  const offered = OVERLOAD * framesPerSecond;
  const cameras = Math.min(MOST_SOURCES, Math.max(LEAST_SOURCES, largestBatch, Math.ceil(offered / FASTEST_SOURCE)));
  return { cameras, sampleFps: Math.min(FASTEST_SOURCE, Math.ceil((offered / cameras) * 10) / 10) };
}

const OVERLOAD = 1.3;
const LEAST_SOURCES = 16;
/** Each is a process. */
const MOST_SOURCES = 64;
/** The highest rate that the configuration allows. */
const FASTEST_SOURCE = 60;
