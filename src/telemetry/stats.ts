import type { EngineInfo } from '../engine/engine.ts';
import type { CameraView } from '../http/monitor-view.ts';
import { isoTime } from '../util/clock.ts';
import type { TotalNumbers } from './totals.ts';

/** What the figures are made of. All values of one moment. */
export interface StatsInput {
  readonly wallMs: number;
  readonly uptimeMs: number;
  readonly version: string;
  readonly cameras: readonly CameraView[];
  readonly totals: TotalNumbers;
  /** Null until the first engine is ready. */
  readonly engine: EngineInfo | null;
  readonly history: { readonly storeId: string; readonly lastSequence: number; readonly oldestSequence: number };
  /** `depth`: events committed but not acknowledged. */
  readonly outbox: { readonly depth: number; readonly oldestSeconds: number };
  /** Null when MQTT is off. */
  readonly mqtt: { readonly connected: boolean; readonly error: string | null } | null;
  /** Bytes. */
  readonly memory: { readonly rss: number; readonly heapUsed: number };
}

/** Behind `/api/stats`, the WebSocket's `stats` and the MQTT stats topic: one object, so that they never disagree. */
export interface Stats {
  readonly at: string;
  readonly version: string;
  readonly uptimeSeconds: number;
  readonly cameras: { readonly total: number; readonly live: number; readonly byState: Readonly<Record<string, number>> };
  readonly framesPerSecond: { readonly received: number; readonly classified: number };
  readonly batches: TotalNumbers['batches'];
  readonly latencyMs: TotalNumbers['latencyMs'];
  readonly stagesMs: Readonly<Record<'queue' | 'preprocess' | 'inference' | 'commit' | 'puback', TotalNumbers['latencyMs']>>;
  /** Frames without a verdict since the start, by reason, over all cameras. */
  readonly drops: Readonly<Record<string, number>>;
  /** Verdicts later than their bound, and frames given up after it. */
  readonly deadlineMissed: number;
  /** Cameras whose bound not even an idle engine could keep; their names are in `/api/cameras`. */
  readonly boundsInfeasible: number;
  readonly events: { readonly messages: number; readonly lastSequence: number; readonly oldestSequence: number; readonly storeId: string };
  readonly outbox: StatsInput['outbox'];
  readonly mqtt: StatsInput['mqtt'];
  readonly engine: (Omit<EngineInfo, 'labels'> & { readonly restarts: number }) | null;
  readonly websocket: TotalNumbers['websocket'];
  readonly memory: StatsInput['memory'];
}

export function statsOf(input: StatsInput): Stats {
  const { cameras, totals, engine, history } = input;
  const byState: Record<string, number> = {};
  const drops: Record<string, number> = {};
  let deadlineMissed = 0;
  let boundsInfeasible = 0;
  for (const camera of cameras) {
    byState[camera.state] = (byState[camera.state] ?? 0) + 1;
    for (const [reason, count] of Object.entries(camera.drops)) drops[reason] = (drops[reason] ?? 0) + count;
    deadlineMissed += camera.deadlineMissed;
    if (camera.bound.feasible === false) boundsInfeasible += 1;
  }
  return {
    at: isoTime(input.wallMs),
    version: input.version,
    uptimeSeconds: Math.floor(input.uptimeMs / 1000),
    cameras: { total: cameras.length, live: byState['live'] ?? 0, byState },
    framesPerSecond: { received: tenth(totals.receivedPerSecond), classified: tenth(totals.classifiedPerSecond) },
    batches: totals.batches,
    latencyMs: totals.latencyMs,
    stagesMs: {
      queue: totals.queueMs,
      preprocess: totals.preprocessMs,
      inference: totals.inferenceMs,
      commit: totals.commitMs,
      puback: totals.pubackMs,
    },
    drops,
    deadlineMissed,
    boundsInfeasible,
    events: {
      messages: totals.events,
      lastSequence: history.lastSequence,
      oldestSequence: history.oldestSequence,
      storeId: history.storeId,
    },
    outbox: input.outbox,
    mqtt: input.mqtt,
    engine: engine && { ...withoutLabels(engine), restarts: totals.engineRestarts },
    websocket: totals.websocket,
    memory: input.memory,
  };
}

/** A thousand names each second would be most of the message. */
function withoutLabels({ labels: _labels, ...rest }: EngineInfo): Omit<EngineInfo, 'labels'> {
  return rest;
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}
