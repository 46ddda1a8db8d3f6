import type { ArrivalTrace, TraceRecord } from '../../src/batching/arrival-trace.ts';
import type { SlotSpec } from '../../src/batching/batch.ts';
import type { Arrival } from './arrivals.ts';
import { bestRatePerSecond, type CostCurve, type Pause } from './cost-curve.ts';
import type { Scenario } from './scenario.ts';

/** How a trace is played: with which costs, how many times as fast. */
export interface Replay {
  readonly name: string;
  readonly trace: ArrivalTrace;
  readonly curve: CostCurve;
  /** Frames come so many times as fast; the bounds, the engine and its pauses stay as they were. */
  readonly scale: number;
}

/**
 * A trace as a world to play: real arrivals, an engine that costs what it cost there, and that stands still while it was away. Each slot that frames
 * came for is a camera of its own, there from the beginning; one that was changed by a reload is another.
 */
export function recordedScenario({ name, trace, curve, scale }: Replay, seed: number): Scenario {
  const numbers = cameraNumbers(trace);
  const cameras: Array<{ readonly spec: SlotSpec }> = [];
  const arrivals: Arrival[] = [];
  for (const record of trace.records) {
    if (record.kind === 'slot' && numbers.has(record.slot)) cameras.push({ spec: specOf(record) });
    if (record.kind !== 'frame') continue;
    const offeredMs = record.atMs / scale;
    // Decoding takes as long as ever.
    arrivals.push({ camera: numbers.get(record.slot) ?? 0, receivedMs: offeredMs - record.ageMs, offeredMs });
  }
  const durationMs = Math.max(1, ...[trace.records.at(-1)?.atMs ?? 0, lastFrameMs(trace)].map((ms) => ms / scale));
  const load = (1_000 * arrivals.length) / durationMs / bestRatePerSecond(curve);
  return { name, curve, load: Math.round(100 * load) / 100, seed, durationMs, cameras, arrivals, pauses: pausesOf(trace, scale) };
}

/** The cameras of the scenario, by slot of the trace: slots that a frame came for, in their order. */
export function cameraNumbers({ records }: ArrivalTrace): ReadonlyMap<number, number> {
  const slots = new Set(records.map((record) => (record.kind === 'frame' ? record.slot : -1)));
  slots.delete(-1);
  return new Map([...slots].sort((a, b) => a - b).map((slot, camera) => [slot, camera]));
}

function specOf({ slot, maxLatencyMs, weight }: Extract<TraceRecord, { kind: 'slot' }>): SlotSpec {
  return { cameraId: `slot${slot}`, region: 'full', crop: null, maxLatencyMs, weight };
}

function lastFrameMs({ records }: ArrivalTrace): number {
  return records.findLast(({ kind }) => kind === 'frame')?.atMs ?? 0;
}

function pausesOf({ records }: ArrivalTrace, scale: number): Pause[] {
  const pauses: Pause[] = [];
  let awayMs: number | null = null;
  for (const record of records) {
    if (record.kind !== 'engine') continue;
    if (!record.available) awayMs ??= record.atMs;
    else if (awayMs !== null) {
      pauses.push({ atMs: awayMs / scale, lengthMs: record.atMs - awayMs });
      awayMs = null;
    }
  }
  return pauses;
}
