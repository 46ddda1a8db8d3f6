import { FramewatchError } from '../util/errors.ts';
import { type ArrivalTrace, TRACE_ENDS, TRACE_FORMAT, type TraceHeader, type TraceRecord } from './arrival-trace.ts';

/**
 * Reads a whole file. A last line that breaks off is left out. Throws TRACE_INVALID, naming the line, for one that no recorder wrote; `name`
 * stands in the message.
 */
export function decodeTrace(text: string, name: string): ArrivalTrace {
  const lines = text.split('\n');
  // A crash cuts the file in a line; the newline ends each whole one.
  lines.pop();
  const [first, ...rest] = lines;
  if (first === undefined) throw invalid(name, 1, 'a trace begins with a header line, and this one is empty or breaks off in it');
  const header = readLine(name, 1, () => headerOf(JSON.parse(first)));
  const records: TraceRecord[] = [];
  let slots = 0;
  let lastOfferMs = Number.NEGATIVE_INFINITY;
  for (const [index, line] of rest.entries()) {
    const record = readLine(name, index + 2, () => recordOf(JSON.parse(line), slots));
    records.push(record);
    if (record.kind === 'frame') {
      if (record.atMs < lastOfferMs)
        throw invalid(name, index + 2, 'frames stand in the order in which they were offered, and this one was offered before the one above');
      lastOfferMs = record.atMs;
    }
    if (record.kind === 'slot') slots++;
    if (record.kind === 'end') return { header, records, end: record.reason };
  }
  return { header, records, end: null };
}

function invalid(name: string, line: number, problem: string, cause?: unknown): FramewatchError {
  return new FramewatchError('TRACE_INVALID', `${name}, line ${line}: ${problem}`, { cause });
}

function readLine<T>(name: string, line: number, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw invalid(name, line, error instanceof Problem ? error.message : 'this is not JSON', error);
  }
}

/** No recording is longer: what says so is damaged, and would be played for ever. */
const LATEST_MS = 366 * 86_400_000;

/** What is wrong with a line; never leaves this file. */
class Problem extends Error {}

function headerOf(value: unknown): TraceHeader {
  const header = objectOf(value, 'the header');
  const version = header['framewatchTrace'];
  if (version === undefined) throw new Problem('this is not an arrival trace: the first line has no "framewatchTrace"');
  if (version !== TRACE_FORMAT) throw new Problem(`the trace has format ${JSON.stringify(version)}, and this program reads format ${TRACE_FORMAT}`);
  const engine = objectOf(header['engine'], '"engine"');
  const policy = objectOf(header['policy'], '"policy"');
  const sizes = sizesOf(header['sizes']);
  return {
    recordedBy: textOf(header['recordedBy'], '"recordedBy"'),
    sizes,
    costMs: costsOf(header['costMs'], sizes),
    preprocessMs: numberOf(header['preprocessMs'], '"preprocessMs"', 0),
    overheadMs: numberOf(header['overheadMs'], '"overheadMs"', 0),
    engine: {
      backend: textOf(engine['backend'], '"engine.backend"'),
      device: textOf(engine['device'], '"engine.device"'),
      precision: textOf(engine['precision'], '"engine.precision"'),
      threads: countOf(engine['threads'], '"engine.threads"'),
    },
    policy: {
      name: textOf(policy['name'], '"policy.name"'),
      maxQueueDelayMs: numberOf(policy['maxQueueDelayMs'], '"policy.maxQueueDelayMs"', 0),
    },
  };
}

function recordOf(value: unknown, slots: number): TraceRecord {
  if (!Array.isArray(value)) throw new Problem('a record is an array');
  const [kind, at, ...rest] = value as readonly unknown[];
  const atMs = numberOf(at, 'the time');
  if (Math.abs(atMs) > LATEST_MS) throw new Problem(`the time lies more than a year from the beginning: ${JSON.stringify(at)}`);
  switch (kind) {
    case 'slot': {
      const [slot, camera, region, maxLatencyMs, weight] = rest;
      if (slot !== slots) throw new Problem(`slots are numbered as they come: ${slots} is next, not ${JSON.stringify(slot)}`);
      return {
        ...{ kind, atMs, slot: slots, camera: countOf(camera, 'the camera'), region: countOf(region, 'the region') },
        maxLatencyMs: positiveOf(maxLatencyMs, 'the bound'),
        weight: positiveOf(weight, 'the weight'),
      };
    }
    case 'gone':
      return { kind, atMs, slot: slotOf(rest[0], slots) };
    case 'frame':
      return { kind, atMs, slot: slotOf(rest[0], slots), ageMs: numberOf(rest[1], 'the age', 0) };
    case 'batch': {
      const [took, paddedTo, preprocessMs, inferenceMs, members] = rest;
      if (!Array.isArray(members) || members.length === 0) throw new Problem('a batch ends with the list of its slots');
      const failed = preprocessMs === null && inferenceMs === null;
      const cost = failed
        ? null
        : { preprocessMs: numberOf(preprocessMs, 'the preprocessing', 0), inferenceMs: numberOf(inferenceMs, 'the inference', 0) };
      const inside = members.map((slot: unknown) => slotOf(slot, slots));
      return { kind, atMs, tookMs: numberOf(took, 'the duration', 0), paddedTo: positiveOf(paddedTo, 'the size'), cost, slots: inside };
    }
    case 'engine':
      return { kind, atMs, available: countOf(rest[0], 'available, 0 or 1,') > 0 };
    case 'ladder': {
      const sizes = sizesOf(rest[0]);
      return { kind, atMs, sizes, costMs: costsOf(rest[1], sizes) };
    }
    case 'lost':
      return { kind, atMs, count: countOf(rest[0], 'the count') };
    case 'end': {
      const reason = TRACE_ENDS.find((known) => known === rest[0]);
      if (reason === undefined) throw new Problem(`a trace ends as ${TRACE_ENDS.join(', ')}, not as ${JSON.stringify(rest[0])}`);
      return { kind, atMs, reason };
    }
    default:
      throw new Problem(`there is no record ${JSON.stringify(kind)}`);
  }
}

function objectOf(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Problem(`${what} has to be an object`);
  return value as Readonly<Record<string, unknown>>;
}

function textOf(value: unknown, what: string): string {
  if (typeof value !== 'string') throw new Problem(`${what} has to be a text`);
  return value;
}

function numberOf(value: unknown, what: string, least: number = Number.NEGATIVE_INFINITY): number {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < least)
    throw new Problem(`${what} has to be a number${Number.isFinite(least) ? ` ≥ ${least}` : ''}, not ${JSON.stringify(value)}`);
  return value;
}

function positiveOf(value: unknown, what: string): number {
  if (numberOf(value, what, 0) === 0) throw new Problem(`${what} has to be more than 0`);
  return value as number;
}

function countOf(value: unknown, what: string): number {
  if (!Number.isSafeInteger(numberOf(value, what, 0))) throw new Problem(`${what} has to be a whole number, not ${JSON.stringify(value)}`);
  return value as number;
}

function slotOf(value: unknown, slots: number): number {
  const slot = countOf(value, 'the slot');
  if (slot >= slots) throw new Problem(`slot ${slot} was not added before`);
  return slot;
}

function sizesOf(value: unknown): readonly number[] {
  if (!Array.isArray(value) || value.length === 0) throw new Problem('the sizes have to be a list');
  return value.map((size: unknown) => countOf(size, 'a size')).toSorted((a, b) => a - b);
}

function costsOf(value: unknown, sizes: readonly number[]): Readonly<Record<number, number>> {
  const costs = objectOf(value, 'the costs by size');
  return Object.fromEntries(sizes.map((size) => [size, positiveOf(costs[String(size)], `the cost of size ${size}`)]));
}
