import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LabelEvent, LabelEventType } from '../../src/events/label-event.ts';
import { FeedAudit } from '../../src/feed-check/feed-audit.ts';
import type { EventDelivery } from '../../src/feed-check/feed-message.ts';
import type { Finding, FindingKind } from '../../src/feed-check/finding.ts';
import { sequencedEvent } from '../helpers/label-events.ts';
import { delivery } from './deliveries.ts';

const LEDGER = { total: 1, decode: 0.2, queue: 0.2, preprocess: 0.2, inference: 0.2, decide: 0.2, bound: 500, feasible: true };

describe('FeedAudit over MQTT', () => {
  it('finds exactly the losses, repeats, false repeats and swaps that were planted', () => {
    fc.assert(
      fc.property(plantedFeed(), ({ delivered, lost, repeats, lies }) => {
        const { findings, audit } = heard(delivered);
        const gone = findings.filter(({ kind }) => kind === 'gap').flatMap(({ sequence, toSequence }) => numbers(sequence ?? 0, toSequence ?? 0));
        expect(gone).toEqual(lost);
        expect(audit.tally).toMatchObject({ missing: lost.length, repeats, events: delivered.length - repeats - lies.length });
        expect(sequencesOf(findings, 'contradiction')).toEqual(lies);
        expect(sequencesOf(findings, 'disorder')).toEqual(lateOnes(delivered));
        expect(findings.every(({ kind }) => ['gap', 'contradiction', 'disorder', 'course'].includes(kind))).toBe(true);
      }),
    );
  });

  it('finds nothing when cameras overtake each other, nor when it begins in the midst of courses', () => {
    fc.assert(
      fc.property(goodFeed(), fc.nat(), fc.integer(), (events, skip, seed) => {
        const from = skip % events.length;
        const { findings } = heard(overtaking(events.slice(from), seed).map((event) => delivery(event)));
        expect(findings).toEqual([]);
      }),
    );
  });

  it('finds a start that never came, wherever that is certain', () => {
    const courses = [...course(1, 'A'), ...course(4, 'B')];
    expect(heard(courses.filter(({ sequence }) => sequence !== 4).map((event) => delivery(event))).findings).toEqual([
      { kind: 'course', sequence: 5, camera: 'a', message: `update of event ${idOf('B')} without a start` },
      { kind: 'gap', sequence: 4, toSequence: 4, camera: null, message: '4 did not come' },
    ]);
    const midst = courses.filter(({ sequence }) => sequence > 1);
    const { findings, audit } = heard(midst.map((event) => delivery(event)));
    expect([findings, audit.tally.joined]).toEqual([[], 1]);
  });

  it.each([
    ['a second start', ['start', 'start'], `second start of event ${idOf('A')}`],
    ['an update after the end', ['start', 'end', 'update'], `update of event ${idOf('A')} after its end`],
    ['a second end', ['start', 'end', 'end'], `end of event ${idOf('A')} after its end`],
    ['a start after the end', ['start', 'end', 'start'], `start of event ${idOf('A')} after its end`],
  ] as const)('finds %s', (_name, types, message) => {
    const events = types.map((type, index) => event(index + 1, 'a', 'A', type));
    expect(heard(events.map((each) => delivery(each))).findings).toEqual([{ kind: 'course', sequence: events.length, camera: 'a', message }]);
  });

  it('finds retained events, and draws no other conclusion from them', () => {
    const events = [delivery(event(3, 'a', 'A', 'update'), { retained: true }), ...course(10, 'B').map((each) => delivery(each))];
    const { findings, audit } = heard(events);
    expect(findings.map(({ kind, sequence }) => [kind, sequence])).toEqual([['retained', 3]]);
    expect(audit.tally).toMatchObject({ lowest: 10, highest: 12, missing: 0, messages: 4 });
  });

  it('finds what topic and user properties say otherwise, and counts what is marked as replayed', () => {
    const good = { schema: '1', sequence: '1', replayed: 'true' };
    const [start, update] = course(1, 'A');
    if (!start || !update) throw new Error('no course');
    const { findings, audit } = heard([
      delivery(start, { properties: good }),
      delivery(update, { topicCamera: 'b', properties: { schema: '2', sequence: '1' } }),
    ]);
    expect(findings.map(({ message }) => message)).toEqual([
      'it came on the topic of b',
      'the user property "sequence" says 1',
      'the user property "schema" says 2',
    ]);
    expect(audit.tally.replayed).toBe(1);
  });

  it('counts a message whose content is faulty as one that came', () => {
    const events = course(1, 'A').map((each) => delivery(each.sequence === 2 ? { ...each, rule: '' } : each));
    expect(heard(events).findings.map(({ kind }) => kind)).toEqual(['schema']);
  });

  it('expects what it was told to expect', () => {
    const events = course(5, 'A').map((each) => delivery(each));
    const gaps = (after: number | null, until: number | null) =>
      heard(events, new FeedAudit({ transport: 'mqtt', after, until })).findings.map(({ sequence, toSequence }) => [sequence, toSequence]);
    expect(gaps(2, 9)).toEqual([
      [3, 4],
      [8, 9],
    ]);
    expect(gaps(4, 6)).toEqual([]);
    expect(gaps(null, 7)).toEqual([]);
    expect(heard([], new FeedAudit({ transport: 'mqtt', after: null, until: 3 })).findings.map(({ sequence }) => sequence)).toEqual([3]);
  });

  it('waits, once settled, for nothing that was published later', () => {
    const audit = new FeedAudit({ transport: 'mqtt', after: null, until: null });
    for (const sequence of [1, 3]) audit.observe(delivery(event(sequence, 'a', `${sequence}`, 'start')));
    audit.settle();
    expect(audit.isComplete).toBe(false);
    for (const sequence of [9, 2]) audit.observe(delivery(event(sequence, `b${sequence}`, `${sequence}`, 'start')));
    expect([audit.isComplete, audit.finish()]).toEqual([true, []]);
  });

  it('remembers many messages as one range, and says of repeats that are too old that it cannot compare them', () => {
    const audit = new FeedAudit({ transport: 'mqtt', after: null, until: null });
    const text = JSON.stringify(event(1, 'a', 'A', 'start'));
    const at = (sequence: number) => delivery(event(1, 'a', 'A', 'start'), { text: text.replace('"sequence":1', `"sequence":${sequence}`) });
    for (let sequence = 1; sequence <= 70_000; sequence += 1) audit.observe(at(sequence));
    audit.observe(at(69_999));
    audit.observe(at(3));
    expect(audit.tally).toMatchObject({ events: 70_000, repeats: 1, uncheckedRepeats: 1, missing: 0 });
  });

  it('gives up holes when there are too many, names them, and does not guess about what comes late', () => {
    const audit = new FeedAudit({ transport: 'mqtt', after: null, until: null });
    const found = numbers(0, 10_000).flatMap((index) => audit.observe(delivery(event(1 + 2 * index, 'a', `${index}`, 'start'))));
    expect(found.map(({ kind, sequence }) => [kind, sequence])).toEqual([['gap', 2]]);
    expect(audit.observe(delivery(event(2, 'b', 'late', 'start'))).map(({ kind }) => kind)).toEqual(['unjudged']);
    expect(audit.tally.missing).toBe(10_000);
    // A thousand are named one by one.
    expect(audit.finish().at(-1)?.message).toBe('and 8999 more gaps');
  });
});

describe('FeedAudit over a WebSocket', () => {
  const greeting = (sequence: number, after: number | null, storeId = 'one') => ({ kind: 'greeting' as const, storeId, sequence, after });

  it('expects everything behind what was asked for, up to what the greeting says', () => {
    const audit = websocketAudit();
    audit.observe(greeting(7, 2));
    for (const each of course(4, 'A')) audit.observe(delivery(each));
    expect(audit.finish().map(({ sequence, toSequence }) => [sequence, toSequence])).toEqual([
      [3, 3],
      [7, 7],
    ]);
  });

  it('takes a gap that is told for what it is', () => {
    const audit = websocketAudit();
    audit.observe(greeting(6, 0));
    const told = audit.observe({ kind: 'gap', from: 1, to: 3 });
    // Its start is among those that are no longer kept.
    const later = [event(4, 'a', 'A', 'update'), event(5, 'a', 'A', 'end'), event(6, 'a', 'B', 'start')].flatMap((each) =>
      audit.observe(delivery(each)),
    );
    expect([told.map(({ kind }) => kind), later, audit.finish()]).toEqual([['toldGap'], [], []]);
  });

  it('allows neither repeats nor cameras that overtake each other', () => {
    const audit = websocketAudit();
    audit.observe(greeting(0, 0));
    const events = [event(1, 'a', 'A', 'start'), event(3, 'b', 'C', 'start'), event(2, 'c', 'B', 'start'), event(1, 'a', 'A', 'start')];
    expect(events.flatMap((each) => audit.observe(delivery(each))).map(({ kind, sequence }) => [kind, sequence])).toEqual([
      ['disorder', 2],
      ['repeat', 1],
    ]);
  });

  it('begins anew with another store, and says what was missing of the old one', () => {
    const audit = websocketAudit();
    audit.observe(greeting(4, 0));
    for (const each of course(1, 'A')) audit.observe(delivery(each));
    const found = audit.observe(greeting(2, 3, 'two'));
    expect(found.map(({ kind, sequence }) => [kind, sequence])).toEqual([
      ['gap', 4],
      ['storeChanged', 2],
    ]);
    expect(course(3, 'B').flatMap((each) => audit.observe(delivery(each)))).toEqual([]);
    expect([audit.finish(), audit.tally.missing]).toEqual([[], 1]);
  });
});

function websocketAudit(): FeedAudit {
  return new FeedAudit({ transport: 'websocket', after: null, until: null });
}

function heard(deliveries: readonly EventDelivery[], audit: FeedAudit = new FeedAudit({ transport: 'mqtt', after: null, until: null })) {
  const findings = deliveries.flatMap((each) => audit.observe(each));
  return { audit, findings: [...findings, ...audit.finish()] };
}

function sequencesOf(findings: readonly Finding[], wanted: FindingKind): readonly (number | null)[] {
  return findings.filter(({ kind }) => kind === wanted).map(({ sequence }) => sequence);
}

/** By the plainest way: of the first delivery of each, those with a higher one of their camera before them. */
function lateOnes(deliveries: readonly EventDelivery[]): readonly number[] {
  const events = deliveries.map(({ text }) => JSON.parse(text) as LabelEvent);
  const first = events.filter(({ sequence }, index) => events.findIndex((other) => other.sequence === sequence) === index);
  return first
    .filter((each, index) => first.slice(0, index).some((other) => other.camera === each.camera && other.sequence > each.sequence))
    .map(({ sequence }) => sequence);
}

/** Whole courses of one to three cameras, mixed. */
function goodFeed(): fc.Arbitrary<readonly LabelEvent[]> {
  return fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 0, max: 2 })), { minLength: 2, maxLength: 40 }).map((steps) => {
    const open = new Map<string, { readonly id: string; updates: number }>();
    return steps.map(([camera, updates], index) => {
      const running = open.get(camera);
      if (!running) {
        open.set(camera, { id: `${camera}${index}`, updates });
        return event(index + 1, camera, `${camera}${index}`, 'start');
      }
      running.updates -= 1;
      if (running.updates < 0) open.delete(camera);
      return event(index + 1, camera, running.id, running.updates < 0 ? 'end' : 'update');
    });
  });
}

interface PlantedFeed {
  readonly delivered: readonly EventDelivery[];
  readonly lost: readonly number[];
  readonly repeats: number;
  /** In the order in which they come. */
  readonly lies: readonly number[];
}

function plantedFeed(): fc.Arbitrary<PlantedFeed> {
  const places = fc.array(fc.nat(), { maxLength: 4 });
  return fc.tuple(goodFeed(), places, places, places, places).map(([events, losses, swaps, repeats, lies]) => {
    const inside = (place: number) => 1 + (place % Math.max(1, events.length - 2));
    const lost = new Set(events.length < 3 ? [] : losses.map((place) => events[inside(place)]?.sequence ?? 0));
    const kept = events.filter(({ sequence }) => !lost.has(sequence)).map((each) => delivery(each));
    for (const place of swaps) {
      const at = place % (kept.length - 1);
      kept.splice(at, 2, ...kept.slice(at, at + 2).reverse());
    }
    for (const place of repeats) {
      const at = place % kept.length;
      const repeated = kept[at];
      // Anywhere behind the first time.
      if (repeated) kept.splice(at + 1 + (place % (kept.length - at)), 0, repeated);
    }
    const planted: string[] = [];
    for (const place of lies) {
      const honest = kept[place % kept.length];
      if (!honest) continue;
      const text = honest.text.replace('"label":"Porn"', `"label":"Lie ${planted.length}"`);
      if (text === honest.text) continue;
      planted.push(text);
      kept.push({ ...honest, text });
    }
    return {
      delivered: kept,
      lost: [...lost].sort((first, second) => first - second),
      repeats: repeats.length,
      lies: planted.map((text) => (JSON.parse(text) as LabelEvent).sequence),
    };
  });
}

/** Keeps the order of each camera, and no other. */
function overtaking(events: readonly LabelEvent[], seed: number): readonly LabelEvent[] {
  const lines = [...new Set(events.map(({ camera }) => camera))].map((camera) => events.filter((each) => each.camera === camera));
  const mixed: LabelEvent[] = [];
  for (let state = seed >>> 0; lines.some((line) => line.length > 0); state = (state * 1_664_525 + 1_013_904_223) >>> 0) {
    const full = lines.filter((line) => line.length > 0);
    const next = full[(state >>> 16) % full.length]?.shift();
    if (next) mixed.push(next);
  }
  return mixed;
}

function course(from: number, name: string): readonly LabelEvent[] {
  return (['start', 'update', 'end'] as const).map((type, index) => event(from + index, 'a', name, type));
}

function event(sequence: number, camera: string, name: string, type: LabelEventType): LabelEvent {
  const ended = type === 'end' ? { endedAt: '2026-01-01T00:00:01.000Z', endReason: 'exit' as const } : {};
  return sequencedEvent(sequence, { id: idOf(name), camera, type, latencyMs: LEDGER, ...ended });
}

function idOf(name: string): string {
  return `0${name
    .toUpperCase()
    .replaceAll(/[^0-9A-HJKMNP-TV-Z]/g, 'Z')
    .padStart(25, '0')}`;
}

function numbers(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
