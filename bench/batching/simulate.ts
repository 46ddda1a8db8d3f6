import type { Batch, DropReason } from '../../src/batching/batch.ts';
import { quantile } from '../../src/util/percentile.ts';
import type { Contender } from './contender.ts';
import { warmUpCosts } from './cost-curve.ts';
import { fairSharesOverTime } from './fair-share.ts';
import { Random } from './random.ts';
import { capacityOf, type Scenario } from './scenario.ts';
import { SimulatedEngine } from './simulated-engine.ts';
import { SimulationClock } from './simulation-clock.ts';

export interface Outcome {
  readonly offered: number;
  readonly judged: number;
  /** Frames judged while frames came, against what was possible. */
  readonly throughput: number;
  /** Frames judged after their bound, replaced or given up when their slot had waited for longer than it, or turned away. */
  readonly missed: number;
  /** Arrival → judged, ms. */
  readonly latenciesMs: readonly number[];
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** The longest that any slot waited for a verdict, over frames that were replaced meanwhile. */
  readonly longestUnservedMs: number;
  readonly batches: number;
  readonly meanBatch: number;
  /** The least that any camera got of its weighted max-min fair share. */
  readonly lowestShare: number;
  readonly engineBusy: number;
  /** The most frames that were held at a time, waiting or on their way. */
  readonly mostHeld: number;
  readonly drops: Readonly<Partial<Record<DropReason, number>>>;
}

/** Simulated time after the last arrival in which what waits must have ended. */
const DRAIN_MS = 600_000;
const PIXELS = new Uint8Array(0);

/** Plays one scenario through one contender. */
export async function simulate(scenario: Scenario, contender: Contender): Promise<Outcome> {
  const { curve, durationMs, cameras, arrivals, pauses, seed } = scenario;
  const clock = new SimulationClock();
  const latenciesMs: number[] = [];
  const served = new Map<string, number>();
  const drops: Partial<Record<DropReason, number>> = {};
  let missed = 0;
  let held = 0;
  let mostHeld = 0;
  let batches = 0;
  let longestUnservedMs = 0;
  const ended = (wasMissed: boolean) => {
    held--;
    if (wasMissed) missed++;
  };
  const judged = ({ entries }: Batch) => {
    for (const entry of entries) {
      const ageMs = clock.monotonicMs() - entry.frame.receivedMono;
      ended(ageMs > entry.slot.maxLatencyMs);
      latenciesMs.push(ageMs);
      longestUnservedMs = Math.max(longestUnservedMs, clock.monotonicMs() - entry.unservedSince);
      // What is judged after the last arrival is none of what could be done until then.
      if (clock.monotonicMs() <= durationMs) served.set(entry.slot.cameraId, (served.get(entry.slot.cameraId) ?? 0) + 1);
    }
  };
  const engine = new SimulatedEngine(clock, curve, pauses, new Random(seed + 1), judged);
  const batcher = contender.open({
    clock,
    executor: engine,
    sizes: curve.sizes,
    warmUpMs: warmUpCosts(curve),
    arrivals: arrivals.map(({ camera, receivedMs, offeredMs }) => ({
      offeredMs,
      roomMs: (cameras[camera]?.spec.maxLatencyMs ?? 0) - (offeredMs - receivedMs),
    })),
    observer: {
      batchFormed: () => {
        batches++;
      },
      frameDropped(entry, reason) {
        // As in the metrics: whoever waits for a verdict does not care how new the frame was that did not get one.
        ended(reason === 'overload' || clock.monotonicMs() > entry.deadlineMono);
        drops[reason] = (drops[reason] ?? 0) + 1;
      },
    },
  });
  for (const { spec } of cameras) batcher.addSlot(spec);
  arrivals.forEach(({ camera, receivedMs, offeredMs }, index) => {
    const spec = cameras[camera]?.spec;
    if (spec === undefined) return;
    clock.at(offeredMs, () => {
      mostHeld = Math.max(mostHeld, ++held);
      batcher.offer(spec.cameraId, spec.region, {
        cameraId: spec.cameraId,
        sequence: index,
        receivedAt: clock.wallMs(),
        receivedMono: receivedMs,
        decodedMono: offeredMs,
        width: 640,
        height: 360,
        pixels: PIXELS,
      });
    });
  });
  await clock.run(durationMs);
  const closed = batcher.close();
  await clock.run(durationMs + DRAIN_MS);
  await closed;
  if (held !== 0) throw new Error(`${contender.name} in ${scenario.name}: ${held} frames never ended`);

  const possible = capacityOf(scenario);
  const shares = fairSharesOverTime(scenario);
  const servedInTime = [...served.values()].reduce((sum, count) => sum + count, 0);
  return {
    offered: arrivals.length,
    judged: latenciesMs.length,
    throughput: servedInTime / Math.min(arrivals.length, possible),
    missed,
    latenciesMs,
    p50Ms: quantile(latenciesMs, 0.5),
    p99Ms: quantile(latenciesMs, 0.99),
    maxMs: quantile(latenciesMs, 1),
    longestUnservedMs,
    batches,
    meanBatch: latenciesMs.length / batches,
    lowestShare: Math.min(...cameras.map(({ spec }, index) => (served.get(spec.cameraId) ?? 0) / Math.max(1, shares[index] ?? 1))),
    engineBusy: engine.busyMs / durationMs,
    mostHeld,
    drops,
  };
}
