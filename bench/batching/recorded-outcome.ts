import type { ArrivalTrace, TraceRecord } from '../../src/batching/arrival-trace.ts';
import { quantile } from '../../src/util/percentile.ts';
import { fairSharesOverTime } from './fair-share.ts';
import { cameraNumbers } from './recorded-scenario.ts';
import { capacityOf, type Scenario } from './scenario.ts';
import type { Outcome } from './simulate.ts';

/** A frame's way, ms. `judgedMs` null: it never was. */
interface Course {
  readonly camera: number;
  readonly offeredMs: number;
  readonly receivedMs: number;
  /** Since when its slot had been waiting: the arrival of the first frame after the last that was judged. */
  sinceMs: number;
  judgedMs: number | null;
  /** When its slot's next frame was offered; Infinity for the last. */
  nextMs: number;
}

type BatchRecord = Extract<TraceRecord, { kind: 'batch' }>;

/**
 * What became of the frames in truth, counted as the simulation counts: it shows how far the simulation can be believed. A batch held the
 * newest frame that each of its slots had been offered. A batch that failed counts as judged when it was back; what was given up counts as replaced by the next frame.
 * `scenario`: the same trace, not sped up.
 */
export function recordedOutcome(trace: ArrivalTrace, scenario: Scenario): Outcome {
  const { records } = trace;
  const numbers = cameraNumbers(trace);
  const courses: readonly Course[][] = scenario.cameras.map(() => []);
  const of = (slot: number) => courses[numbers.get(slot) ?? -1] ?? [];
  for (const record of records) {
    if (record.kind !== 'frame') continue;
    const before = of(record.slot);
    const last = before.at(-1);
    if (last) last.nextMs = record.atMs;
    const camera = numbers.get(record.slot) ?? 0;
    const receivedMs = record.atMs - record.ageMs;
    before.push({ camera, offeredMs: record.atMs, receivedMs, sinceMs: receivedMs, judgedMs: null, nextMs: Number.POSITIVE_INFINITY });
  }
  const batches = records.filter((record): record is BatchRecord => record.kind === 'batch');
  for (const { atMs, tookMs, slots } of batches) {
    for (const slot of slots) {
      const course = of(slot).findLast(({ offeredMs }) => offeredMs <= atMs);
      if (course) course.judgedMs = atMs + tookMs;
    }
  }
  for (const ofSlot of courses) {
    let before: Course | undefined;
    for (const course of ofSlot) {
      if (before?.judgedMs === null) course.sinceMs = before.sinceMs;
      before = course;
    }
  }
  const all = courses.flat();
  const judged = all.filter(({ judgedMs }) => judgedMs !== null);
  // The rest was still on its way when the recording ended.
  const replaced = all.filter(({ judgedMs, nextMs }) => judgedMs === null && nextMs < Number.POSITIVE_INFINITY).length;
  const boundOf = ({ camera }: Course) => scenario.cameras[camera]?.spec.maxLatencyMs ?? 0;
  const endOf = ({ judgedMs, nextMs }: Course) => judgedMs ?? Math.min(nextMs, scenario.durationMs);
  const latenciesMs = judged.map((course) => endOf(course) - course.receivedMs);
  const possible = capacityOf(scenario);
  const shares = fairSharesOverTime(scenario);
  const inTime = judged.filter((course) => endOf(course) <= scenario.durationMs);
  return {
    ...{ offered: all.length, judged: judged.length, latenciesMs, batches: batches.length },
    throughput: inTime.length / Math.min(all.length, possible),
    missed: all.filter((course) => endOf(course) - (course.judgedMs === null ? course.sinceMs : course.receivedMs) > boundOf(course)).length,
    p50Ms: quantile(latenciesMs, 0.5),
    p99Ms: quantile(latenciesMs, 0.99),
    maxMs: quantile(latenciesMs, 1),
    longestUnservedMs: Math.max(0, ...judged.map((course) => endOf(course) - course.sinceMs)),
    meanBatch: judged.length / Math.max(1, batches.length),
    lowestShare: Math.min(...shares.map((share, index) => inTime.filter(({ camera }) => camera === index).length / Math.max(1, share))),
    engineBusy: batches.reduce((sum, { cost }) => sum + (cost?.inferenceMs ?? 0), 0) / scenario.durationMs,
    mostHeld: mostAtOnce(all.map((course) => [course.offeredMs, endOf(course)] as const)),
    drops: replaced > 0 ? { superseded: replaced } : {},
  };
}

/** The most intervals [from, to] that hold one moment, their ends included: a frame is there before the one that it replaces is gone. */
function mostAtOnce(intervals: readonly (readonly [from: number, to: number])[]): number {
  const changes = intervals.flatMap(([from, to]) => [[from, 1] as const, [to, -1] as const]);
  changes.sort(([a, up], [b, down]) => a - b || down - up);
  let now = 0;
  return changes.reduce((most, [, change]) => {
    now += change;
    return Math.max(most, now);
  }, 0);
}
