import type { LabelEvent } from '../../src/events/label-event.ts';
import type { LightPhase } from './signal-cameras.ts';

export interface WireCount {
  /** Messages that came, each counted once. */
  readonly distinct: number;
  /** Further copies of them. */
  readonly repeats: number;
  /** What must not be; empty when all is well. */
  readonly faults: readonly string[];
}

/** A light turns into an event a frame and a sample later; on a machine that is busy the picture itself is late. The next light is further away. */
const SLACK_MS = 1_500;
const EARLY_MS = 60;

/**
 * Holds what an independent subscriber received, in the order of arrival, against the history: all of it came, nothing else, repeats are the same to the
 * letter, and each camera's messages came in the order of their sequence.
 */
export function compareWithHistory(received: readonly string[], history: readonly string[]): WireCount {
  const faults: string[] = [];
  const kept = new Map(history.map((payload) => [(JSON.parse(payload) as LabelEvent).sequence, payload]));
  const seen = new Map<number, string>();
  const newest = new Map<string, number>();
  for (const payload of received) {
    const { sequence, camera } = JSON.parse(payload) as LabelEvent;
    const before = seen.get(sequence);
    if (before !== undefined && before !== payload) faults.push(`sequence ${sequence} came as two different messages`);
    if (before !== undefined) continue;
    seen.set(sequence, payload);
    if (kept.get(sequence) !== payload) faults.push(`sequence ${sequence} came otherwise than it stands in the history`);
    const last = newest.get(camera) ?? 0;
    if (sequence < last) faults.push(`sequence ${sequence} of ${camera} came after ${last}`);
    newest.set(camera, Math.max(last, sequence));
  }
  for (const sequence of kept.keys()) if (!seen.has(sequence)) faults.push(`sequence ${sequence} was stored and never came`);
  return { distinct: seen.size, repeats: received.length - seen.size, faults };
}

/** Sequences without a hole, and events with one start, updates, and one end; one that was recovered ends when it was last seen. */
export function historyFaults(history: readonly LabelEvent[]): readonly string[] {
  const faults: string[] = [];
  const newest = new Map<string, LabelEvent>();
  for (const [index, event] of history.entries()) {
    const { sequence, id, type, endReason, at } = event;
    if (sequence !== (history[0]?.sequence ?? 0) + index)
      faults.push(`sequence ${sequence} stands where ${(history[0]?.sequence ?? 0) + index} should`);
    const before = newest.get(id);
    if ((before === undefined) !== (type === 'start') || before?.type === 'end')
      faults.push(`sequence ${sequence}: ${type} after ${before?.type ?? 'nothing'}`);
    if (endReason === 'recovered' && before && before.at !== at) faults.push(`sequence ${sequence} was last seen at ${before.at}, not at ${at}`);
    newest.set(id, event);
  }
  for (const { id, type } of newest.values()) if (type !== 'end') faults.push(`event ${id} never ended`);
  return faults;
}

/**
 * Holds events against the cameras' script: every light in `expected` is a start of each rule; and no event starts without a light. `all` is sorted by time;
 * hours of both take no longer than they are long.
 */
export function scriptFaults(
  events: readonly LabelEvent[],
  expected: readonly LightPhase[],
  all: readonly LightPhase[],
  rules: number,
): readonly string[] {
  const faults: string[] = [];
  const starts = byCamera(
    events.filter(({ type }) => type === 'start').map(({ camera, rule, startedAt }) => ({ camera, rule, startedAt, atMs: Date.parse(startedAt) })),
  );
  for (const one of starts.values()) one.sort((a, b) => a.atMs - b.atMs);
  for (const phase of expected) {
    const own = starts.get(phase.camera) ?? [];
    const found = new Set<string>();
    for (let index = firstFrom(own, phase.fromMs - EARLY_MS); (own[index]?.atMs ?? Number.POSITIVE_INFINITY) <= phase.fromMs + SLACK_MS; index++)
      found.add(own[index]?.rule ?? '');
    if (found.size < rules)
      faults.push(`${phase.camera} turned light at ${new Date(phase.fromMs).toISOString()}: ${found.size} of ${rules} rules started`);
  }
  const lights = byCamera(all);
  for (const [camera, own] of starts) {
    const phases = lights.get(camera) ?? [];
    let at = 0;
    for (const { atMs, startedAt } of own) {
      while ((phases[at]?.toMs ?? Number.POSITIVE_INFINITY) + SLACK_MS < atMs) at += 1;
      if (atMs < (phases[at]?.fromMs ?? Number.POSITIVE_INFINITY) - EARLY_MS) faults.push(`${camera} started at ${startedAt}, in the dark`);
    }
  }
  return faults;
}

function byCamera<T extends { readonly camera: string }>(entries: readonly T[]): Map<string, T[]> {
  const grouped = new Map<string, T[]>();
  for (const entry of entries) {
    const own = grouped.get(entry.camera);
    if (own) own.push(entry);
    else grouped.set(entry.camera, [entry]);
  }
  return grouped;
}

/** The first of them that is not before `ms`. */
function firstFrom(sorted: readonly { readonly atMs: number }[], ms: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle]?.atMs ?? 0) < ms) low = middle + 1;
    else high = middle;
  }
  return low;
}
