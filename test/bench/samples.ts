import type { BatchCost } from '../../src/bench/bare-engine.ts';
import type { CameraSight, Sight } from '../../src/bench/sight.ts';
import type { Step } from '../../src/bench/step.ts';
import type { LatencyLedger } from '../../src/events/label-event.ts';

/** A ledger whose parts add up to `total`: all but 10 ms of it inference. */
export function ledgerOf(total: number, bound: number = 500): LatencyLedger {
  return { total, decode: 4, queue: 3, preprocess: 2, inference: total - 10, decide: 1, bound, feasible: true };
}

export function sightOf(atMono: number, cameras: readonly Partial<CameraSight>[], rest: Partial<Sight> = {}): Sight {
  const all = cameras.map(
    (camera, index): CameraSight => ({
      ...{ id: `camera${index}`, live: true, decode: 'all', received: 0, judged: 0, dropped: {} },
      ...camera,
    }),
  );
  return { atMono, cameras: all, engineBusySeconds: 0, batches: new Map(), cpu: null, ...rest };
}

/** Four cameras at 2/s for ten seconds, all well. */
export function stepOf(changes: Partial<Step> = {}): Step {
  const flat = (ms: number) => ({ p50: ms, p99: 2 * ms });
  return {
    ...{ cameras: 4, sampleFps: 2, end: 'whole', warmUpSeconds: 6, seconds: 10, live: { all: 4, keyframes: 0 } },
    ...{ offered: 80, received: 80, judged: 80, dropped: {}, framesPerSecond: 8, missedShare: 0, samples: 80 },
    latencyMs: { decode: flat(10), queue: flat(20), preprocess: flat(5), inference: flat(100), decide: flat(0.1), total: flat(135) },
    ...{ meanBatch: 1.5, engineBusyShare: 0.5 },
    cores: { daemon: 0.1, engine: 0.6, ffmpeg: 0.4, cameras: 0.1, bench: 0.02, others: 0 },
    ...{ holds: true, broken: [] },
    ...changes,
  };
}

export function costOf(size: number, batchMs: number): BatchCost {
  return { size, batches: 10, batchMs: { p50: batchMs, p95: batchMs }, framesPerSecond: (1000 * size) / batchMs };
}
