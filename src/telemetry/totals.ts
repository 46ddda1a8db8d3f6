import type { Batch, BatchTiming } from '../batching/batch.ts';
import type { LatencyLedger } from '../events/label-event.ts';
import type { Clock } from '../util/clock.ts';
import { RateWindow } from './rate-window.ts';
import { SampleWindow } from './sample-window.ts';

const SAMPLES = 1024;
const SAMPLES_RARE = 256;

/** Percentiles of the last minute, ms; null while there are none. */
export interface Percentiles {
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
}

/** The numbers of the whole daemon that people look at. */
export interface TotalNumbers {
  readonly receivedPerSecond: number;
  readonly classifiedPerSecond: number;
  readonly batches: {
    readonly count: number;
    readonly perSecond: number;
    /** Pictures a batch, mean since the start. */
    readonly meanSize: number | null;
    /** Count by number of pictures. */
    readonly sizes: Readonly<Record<string, number>>;
    readonly flushReasons: Readonly<Record<string, number>>;
  };
  readonly latencyMs: Percentiles;
  readonly queueMs: Percentiles;
  readonly preprocessMs: Percentiles;
  readonly inferenceMs: Percentiles;
  readonly commitMs: Percentiles;
  readonly pubackMs: Percentiles;
  readonly events: number;
  readonly engineRestarts: number;
  readonly websocket: { readonly clients: number; readonly dropped: Readonly<Record<string, number>> };
}

/** Collects them. Memory: fixed, but for one counter a batch size and a reason. */
export class Totals {
  readonly #received: RateWindow;
  readonly #classified: RateWindow;
  readonly #batchRate: RateWindow;
  readonly #windows: Record<'latency' | 'queue' | 'preprocess' | 'inference' | 'commit' | 'puback', SampleWindow>;
  readonly #sizes = new Map<string, number>();
  readonly #flushReasons = new Map<string, number>();
  readonly #websocketDrops = new Map<string, number>();
  #batches = 0;
  #pictures = 0;
  #events = 0;
  #engineRestarts = 0;
  #websocketClients = 0;

  constructor(clock: Clock) {
    this.#received = new RateWindow(clock);
    this.#classified = new RateWindow(clock);
    this.#batchRate = new RateWindow(clock);
    const often = () => new SampleWindow(clock, SAMPLES);
    const rare = () => new SampleWindow(clock, SAMPLES_RARE);
    this.#windows = { latency: often(), queue: often(), preprocess: rare(), inference: rare(), commit: rare(), puback: rare() };
  }

  received(): void {
    this.#received.add();
  }

  classified(ledger: LatencyLedger): void {
    this.#classified.add();
    this.#windows.latency.add(ledger.total);
    this.#windows.queue.add(ledger.queue);
  }

  batchFormed(batch: Batch): void {
    this.#batches += 1;
    this.#pictures += batch.entries.length;
    this.#batchRate.add();
    count(this.#sizes, String(batch.entries.length));
    count(this.#flushReasons, batch.flushReason);
  }

  batchDone(timing: BatchTiming): void {
    this.#windows.preprocess.add(timing.preprocessMs);
    this.#windows.inference.add(timing.inferenceMs);
  }

  committed(ms: number): void {
    this.#windows.commit.add(ms);
  }

  acknowledged(ms: number): void {
    this.#windows.puback.add(ms);
  }

  event(): void {
    this.#events += 1;
  }

  engineRestarted(): void {
    this.#engineRestarts += 1;
  }

  websocketClients(clients: number): void {
    this.#websocketClients = clients;
  }

  websocketDropped(reason: string): void {
    count(this.#websocketDrops, reason);
  }

  numbers(): TotalNumbers {
    const { latency, queue, preprocess, inference, commit, puback } = this.#windows;
    return {
      receivedPerSecond: this.#received.perSecond(),
      classifiedPerSecond: this.#classified.perSecond(),
      batches: {
        count: this.#batches,
        perSecond: this.#batchRate.perSecond(),
        meanSize: this.#batches === 0 ? null : Math.round((this.#pictures / this.#batches) * 100) / 100,
        sizes: Object.fromEntries(this.#sizes),
        flushReasons: Object.fromEntries(this.#flushReasons),
      },
      latencyMs: percentiles(latency),
      queueMs: percentiles(queue),
      preprocessMs: percentiles(preprocess),
      inferenceMs: percentiles(inference),
      commitMs: percentiles(commit),
      pubackMs: percentiles(puback),
      events: this.#events,
      engineRestarts: this.#engineRestarts,
      websocket: { clients: this.#websocketClients, dropped: Object.fromEntries(this.#websocketDrops) },
    };
  }
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function percentiles(window: SampleWindow): Percentiles {
  const [p50 = null, p95 = null, p99 = null] = window.percentiles([0.5, 0.95, 0.99]);
  return { p50, p95, p99 };
}
