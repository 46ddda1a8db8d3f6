import type { Batch, BatchEntry, DropReason } from '../../src/batching/batch.ts';
import { CostModel } from '../../src/batching/cost-model.ts';
import type { BatchingPolicy } from '../../src/batching/policy.ts';
import { BatchScheduler } from '../../src/batching/scheduler.ts';
import type { Frame } from '../../src/stream/frame.ts';
import { quantile } from '../../src/util/percentile.ts';
import { fairShares } from './fair-share.ts';
import { Random } from './random.ts';
import type { Scenario, SimulatedCamera } from './scenario.ts';
import { bestRatePerSecond, SimulatedEngine, warmUpCosts } from './simulated-engine.ts';
import { SimulationClock } from './simulation-clock.ts';

export interface Outcome {
  readonly offered: number;
  readonly judged: number;
  /** Judged frames against what was possible. */
  readonly throughput: number;
  /** Frames judged, replaced or expired after their bound, against all that were offered. */
  readonly missedShare: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** The longest that any slot waited for a verdict, over frames that were replaced meanwhile. */
  readonly longestUnservedMs: number;
  readonly meanBatch: number;
  /** The least that any camera got of its weighted max-min fair share. */
  readonly lowestShare: number;
  readonly engineBusy: number;
  readonly drops: Readonly<Partial<Record<DropReason, number>>>;
  readonly flushes: Readonly<Record<string, number>>;
}

const PIXELS = new Uint8Array(0);

/** Plays one scenario through the real scheduler. The same seed gives the same arrivals and the same noise to every policy. */
export async function simulate(scenario: Scenario, policy: BatchingPolicy, seed: number): Promise<Outcome> {
  const { curve, durationMs, cameras } = scenario;
  const clock = new SimulationClock();
  const latencies: number[] = [];
  const served = new Map<string, number>();
  const drops: Partial<Record<DropReason, number>> = {};
  let offered = 0;
  let missed = 0;
  let longestUnservedMs = 0;
  const ended = (entry: BatchEntry) => {
    const ageMs = clock.monotonicMs() - entry.frame.receivedMono;
    if (ageMs > entry.slot.maxLatencyMs) missed++;
    return ageMs;
  };
  const engine = new SimulatedEngine(clock, curve, new Random(seed + 1), (batch: Batch) => {
    for (const entry of batch.entries) {
      latencies.push(ended(entry));
      longestUnservedMs = Math.max(longestUnservedMs, clock.monotonicMs() - entry.unservedSince);
      served.set(entry.slot.cameraId, (served.get(entry.slot.cameraId) ?? 0) + 1);
    }
  });
  const scheduler = new BatchScheduler({
    clock,
    policy,
    costs: new CostModel(curve.sizes, warmUpCosts(curve)),
    executor: engine,
    observer: {
      batchFormed: () => undefined,
      frameDropped(entry, reason) {
        ended(entry);
        drops[reason] = (drops[reason] ?? 0) + 1;
      },
    },
  });
  const demand = new Map<string, number>();
  for (const camera of cameras) {
    scheduler.addSlot(camera.spec);
    const { cameraId, region } = camera.spec;
    play(clock, camera, durationMs, new Random(seed * 7_919 + cameras.indexOf(camera)), (frame) => {
      offered++;
      demand.set(cameraId, (demand.get(cameraId) ?? 0) + 1);
      scheduler.offer(cameraId, region, frame);
    });
  }
  await clock.run(durationMs);
  const closed = scheduler.close();
  await clock.run(durationMs + 60_000);
  await closed;

  const possible = (bestRatePerSecond(curve) * durationMs) / 1_000;
  const shares = fairShares(
    cameras.map(({ spec }) => ({ frames: demand.get(spec.cameraId) ?? 0, weight: spec.weight })),
    possible,
  );
  const { bySize: _, byReason, batches, entries } = scheduler.stats;
  return {
    offered,
    judged: latencies.length,
    throughput: latencies.length / Math.min(offered, possible),
    missedShare: missed / offered,
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
    maxMs: quantile(latencies, 1),
    longestUnservedMs,
    meanBatch: entries / batches,
    lowestShare: Math.min(...cameras.map(({ spec }, index) => (served.get(spec.cameraId) ?? 0) / (shares[index] ?? 1))),
    engineBusy: engine.busyMs / durationMs,
    drops,
    flushes: byReason,
  };
}

/** One camera's frames: periodic with jitter, offered when decoded, some ms after their packets came. */
function play(clock: SimulationClock, camera: SimulatedCamera, untilMs: number, random: Random, offer: (frame: Frame) => void): void {
  const { periodMs, phaseMs, jitter, spec } = camera;
  let sequence = 0;
  const next = () => {
    const receivedMono = Math.max(0, phaseMs + sequence * periodMs + periodMs * jitter * random.between(-1, 1));
    const decodedMono = receivedMono + random.between(5, 12);
    if (decodedMono > untilMs) return;
    const frame: Frame = {
      cameraId: spec.cameraId,
      sequence: ++sequence,
      receivedAt: receivedMono,
      receivedMono,
      decodedMono,
      width: 640,
      height: 360,
      pixels: PIXELS,
    };
    clock.at(decodedMono, () => {
      offer(frame);
      next();
    });
  };
  next();
}
