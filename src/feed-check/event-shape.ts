import { createHash } from 'node:crypto';
import type { LabelEvent, LabelEventType } from '../events/label-event.ts';

/** What the other checks need of an event. */
export type EventFacts = Pick<LabelEvent, 'id' | 'sequence' | 'type' | 'camera' | 'region' | 'rule'>;

export interface ReadEvent {
  /** Null when not even these can be read. */
  readonly facts: EventFacts | null;
  /** Null when it has none. */
  readonly sequence: number | null;
  /** What is not as docs/events.md says, each a few words. Members that are not known are no fault. */
  readonly faults: readonly string[];
  /** The same for the same content, however it is spaced and ordered. */
  readonly digest: string;
}

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type Check = (value: Json | undefined) => boolean;

const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;
const CAMERA_ID = /^[a-zA-Z0-9_-]{1,64}$/;
const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const TYPES: readonly LabelEventType[] = ['start', 'update', 'end'];
const LEDGER_PARTS = ['decode', 'queue', 'preprocess', 'inference', 'decide'] as const;
/** Parts and total are rounded to a microsecond each; writers that round more coarsely are let through. */
const LEDGER_TOLERANCE_MS = 0.5;

const text: Check = (value) => typeof value === 'string' && value !== '';
const number: Check = (value) => typeof value === 'number';
const probability: Check = (value) => typeof value === 'number' && value >= 0 && value <= 1.001;
const time: Check = (value) => typeof value === 'string' && ISO_TIME.test(value) && !Number.isNaN(Date.parse(value));
const whole: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
const positive: Check = (value) => whole(value) && value !== 0;
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
const matching =
  (pattern: RegExp): Check =>
  (value) =>
    typeof value === 'string' && pattern.test(value);

const MEMBERS: Readonly<Record<keyof LabelEvent, Check>> = {
  schema: (value) => value === 1,
  id: matching(ULID),
  sequence: positive,
  type: (value) => TYPES.some((type) => type === value),
  camera: matching(CAMERA_ID),
  region: text,
  rule: text,
  label: text,
  score: probability,
  peakScore: probability,
  top: (value) => Array.isArray(value) && value.every((entry: Json) => text(member(entry, 'label')) && probability(member(entry, 'score'))),
  startedAt: time,
  at: time,
  endedAt: orNull(time),
  endReason: orNull(text),
  frame: (value) =>
    whole(member(value, 'sequence')) && time(member(value, 'receivedAt')) && positive(member(value, 'width')) && positive(member(value, 'height')),
  latencyMs: (value) => ['total', 'bound', ...LEDGER_PARTS].every((part) => number(member(value, part))),
  batch: (value) => ['id', 'size', 'paddedTo'].every((part) => whole(member(value, part))) && text(member(value, 'flushReason')),
  model: (value) => ['name', 'sha256', 'backend', 'device', 'precision'].every((part) => text(member(value, part))),
  snapshot: orNull(text),
  // Daemons before 0.1.0 had neither of these, and their events may still be in a history.
  strip: (value) => value === undefined || orNull(text)(value),
  explain: (value) =>
    value === undefined || (Array.isArray(member(member(value, 'rule'), 'labels')) && text(member(member(value, 'because'), 'kind'))),
};

/** Reads the JSON of an event and compares it with schema 1. Never throws. */
export function readEvent(json: string): ReadEvent {
  let value: Json;
  try {
    value = JSON.parse(json) as Json;
  } catch {
    return { facts: null, sequence: null, faults: ['no JSON'], digest: digestOf(json) };
  }
  const wrong = Object.entries(MEMBERS).filter(([name, isRight]) => !isRight(member(value, name)));
  const faults = wrong.map(([name]) => (member(value, name) === undefined ? `"${name}" is missing` : `"${name}" is wrong`));
  const sequence = member(value, 'sequence');
  return {
    facts: factsOf(value),
    sequence: positive(sequence) ? Number(sequence) : null,
    faults: faults.length > 0 ? faults : contradictions(value),
    digest: digestOf(canonical(value)),
  };
}

/** Members that are right each by itself and not together. */
function contradictions(value: Json): readonly string[] {
  const faults: string[] = [];
  const isEnd = member(value, 'type') === 'end';
  for (const name of ['endedAt', 'endReason']) {
    if ((member(value, name) !== null) !== isEnd) faults.push(isEnd ? `an end with "${name}": null` : `"${name}" before the end`);
  }
  const ledger = member(value, 'latencyMs');
  const sum = LEDGER_PARTS.reduce((total, part) => total + Number(member(ledger, part)), 0);
  if (Math.abs(sum - Number(member(ledger, 'total'))) > LEDGER_TOLERANCE_MS) faults.push('the parts of "latencyMs" do not add up to its total');
  const [startedAt, at] = [member(value, 'startedAt'), member(value, 'at')];
  // ISO times in UTC are in order as texts.
  if (typeof startedAt === 'string' && typeof at === 'string' && startedAt > at) faults.push('"startedAt" is after "at"');
  return faults;
}

function factsOf(value: Json): EventFacts | null {
  const names = ['id', 'sequence', 'type', 'camera', 'region', 'rule'] as const;
  return names.every((name) => MEMBERS[name](member(value, name))) ? (value as unknown as EventFacts) : null;
}

function member(value: Json | undefined, name: string): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, Json>>)[name]
    : undefined;
}

function canonical(value: Json): string {
  return JSON.stringify(value, (_name, inner: Json) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([first], [second]) => (first < second ? -1 : 1)))
      : inner,
  );
}

/** 96 bits: enough that two contents do not meet by chance. */
function digestOf(content: string): string {
  return createHash('sha256').update(content).digest('base64').slice(0, 16);
}
