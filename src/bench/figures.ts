import type { LatencyLedger } from '../events/label-event.ts';
import { quantile } from '../util/percentile.ts';
import { coresBetween } from './cpu-sight.ts';
import type { CameraSight, Sight } from './sight.ts';
import { type Load, type Quantiles, STAGES, type Stage, type Step } from './step.ts';

/** What a camera can be judged at, at most, pictures a second. */
export interface CameraRates {
  readonly framesPerSecond: number;
  readonly keyFramesPerSecond: number;
}

/** What happened between two sights. */
export interface Measured {
  readonly load: Load;
  readonly first: Sight;
  readonly second: Sight;
  /** Of the verdicts in between. */
  readonly ledgers: readonly LatencyLedger[];
  readonly rates: CameraRates;
}

export type Figures = Omit<Step, 'end' | 'warmUpSeconds' | 'holds' | 'broken'>;

export function figuresOf({ load, first, second, ledgers, rates }: Measured): Figures {
  const seconds = (second.atMono - first.atMono) / 1000;
  const before = new Map(first.cameras.map((camera) => [camera.id, camera]));
  const risen = (count: (camera: CameraSight) => number) =>
    second.cameras.reduce((sum, camera) => {
      const earlier = before.get(camera.id);
      return sum + count(camera) - (earlier ? count(earlier) : 0);
    }, 0);
  const reasons = new Set(second.cameras.flatMap((camera) => Object.keys(camera.dropped)));
  const drops = [...reasons].map((reason): [string, number] => [reason, risen((camera) => camera.dropped[reason] ?? 0)]);
  const judged = risen((camera) => camera.judged);
  const dropped = Object.fromEntries<number>(drops.filter(([, count]) => count > 0));
  const lost = sum(Object.values(dropped));
  const late = ledgers.filter(({ total, bound }) => total > bound).length;
  const live = second.cameras.filter((camera) => camera.live);
  return {
    ...load,
    seconds,
    live: { all: live.filter(({ decode }) => decode === 'all').length, keyframes: live.filter(({ decode }) => decode === 'keyframes').length },
    offered: offeredPerSecond(load, second.cameras, rates) * seconds,
    received: risen((camera) => camera.received),
    judged,
    dropped,
    framesPerSecond: judged / seconds,
    missedShare: (late + lost) / Math.max(1, ledgers.length + lost),
    samples: ledgers.length,
    latencyMs: ledgers.length === 0 ? null : quantilesByStage(ledgers),
    meanBatch: meanBatchBetween(first.batches, second.batches),
    // A batch is booked when it ends: one that began before the measured time may make it more than all.
    engineBusyShare: Math.min(1, (second.engineBusySeconds - first.engineBusySeconds) / seconds),
    cores: first.cpu && second.cpu && coresBetween(first.cpu, second.cpu),
  };
}

/** Pictures a second that `load` means, given how its cameras are decoded now; a camera that is not there is meant as well. */
export function offeredPerSecond({ cameras, sampleFps }: Load, seen: readonly CameraSight[], rates: CameraRates): number {
  const byKeyFrames = seen.filter(({ decode }) => decode === 'keyframes').length;
  return (cameras - byKeyFrames) * Math.min(sampleFps, rates.framesPerSecond) + byKeyFrames * Math.min(sampleFps, rates.keyFramesPerSecond);
}

function quantilesByStage(ledgers: readonly LatencyLedger[]): Record<Stage, Quantiles> {
  const of = (stage: Stage): Quantiles => {
    const values = ledgers.map((ledger) => ledger[stage]);
    return { p50: quantile(values, 0.5), p99: quantile(values, 0.99) };
  };
  return Object.fromEntries(STAGES.map((stage) => [stage, of(stage)])) as Record<Stage, Quantiles>;
}

function meanBatchBetween(first: Sight['batches'], second: Sight['batches']): number | null {
  const ran = [...batchesBetween(first, second)].map(([size, count]) => ({ size, count }));
  const batches = sum(ran.map(({ count }) => count));
  return batches === 0 ? null : sum(ran.map(({ size, count }) => size * count)) / batches;
}

/** Batches by the number of pictures in them, that ran between two sights. */
export function batchesBetween(first: Sight['batches'], second: Sight['batches']): Map<number, number> {
  return new Map([...second].map(([size, count]) => [size, count - (first.get(size) ?? 0)]));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
