import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LabelScore } from '../../src/events/label-event.ts';
import { BREAK_REASONS, type TraceChunk, type TraceEntry, type TraceSession } from '../../src/events/score-trace.ts';
import { roundScore, ruleScore } from '../../src/events/scores.ts';
import { readTraceChunk } from '../../src/events/trace-decoder.ts';
import { MOST_ENTRIES, TraceEncoder } from '../../src/events/trace-encoder.ts';

const WALL = Date.UTC(2026, 0, 1);
const SMALL: TraceSession = {
  ...{ key: 1, camera: 'door', region: 'full', maxGapMs: 10_000, whole: true },
  ...{ labels: ['Drawing', 'Neutral', 'Porn'], groups: [['Porn', 'Drawing']] },
};
const LARGE: TraceSession = { ...SMALL, whole: false, labels: ['label 30'], groups: [['label 30', 'label 31']] };
const MANY = Array.from({ length: 40 }, (_, index) => `label ${index}`);

type Told =
  | { readonly mono: number; readonly wall: number; readonly sequence: number; readonly scores: readonly LabelScore[] }
  | { readonly mono: number; readonly wall: number; readonly reason: (typeof BREAK_REASONS)[number] };

describe('TraceEncoder', () => {
  it('writes what can be read again: whole milliseconds, rounded scores, sums as rules see them', () => {
    for (const [session, labels] of [
      [SMALL, SMALL.labels],
      [LARGE, MANY],
    ] as const)
      fc.assert(
        fc.property(courses(labels), (course) => {
          const encoder = new TraceEncoder(session);
          const written: TraceChunk[] = [];
          // Of two forms of a chunk the later one holds.
          const keep = (chunk: TraceChunk | null) => {
            if (chunk) written[chunk.number] = chunk;
          };
          for (const [index, told] of course.entries()) {
            if ('reason' in told) encoder.interruption(told.reason, told.mono, told.wall);
            else encoder.frame(told);
            if (index % 3 === 1) keep(encoder.look());
            if (index % 7 === 3) keep(encoder.take());
          }
          keep(encoder.take());
          expect(written.map(({ number }) => number)).toEqual(written.map((_, index) => index));
          const read = written.map((chunk) => readTraceChunk({ session, chunk }));
          expect(read.flat().map(plain)).toEqual(expected(session, course).map(plain));
          for (const [index, entries] of read.entries()) {
            const walls = entries.map(({ wall }) => wall);
            const frames = entries.filter(({ kind }) => kind === 'frame').length;
            expect(written[index]).toMatchObject({ fromMs: Math.min(...walls), toMs: Math.max(...walls), frames });
          }
        }),
        { numRuns: 100 },
      );
  });

  it('is full with its last entry, and empty again when it was taken', () => {
    const encoder = new TraceEncoder(SMALL);
    expect(encoder.take()).toBeNull();
    for (let index = 0; index < MOST_ENTRIES; index += 1) {
      expect(encoder.isFull).toBe(false);
      encoder.frame({ mono: index, wall: WALL + index, sequence: index, scores: [] });
    }
    expect(encoder.isFull).toBe(true);
    expect(encoder.take()?.frames).toBe(MOST_ENTRIES);
    expect([encoder.isFull, encoder.take()]).toEqual([false, null]);
  });

  it('shows what it has by now to who reads beside the store, and tells the store all the same', () => {
    const encoder = new TraceEncoder(SMALL);
    expect(encoder.peek()).toBeNull();
    encoder.frame({ mono: 1, wall: WALL, sequence: 1, scores: [{ label: 'Porn', score: 0.5 }] });
    const shown = encoder.peek();
    expect(encoder.look()).toEqual(shown);
    expect([encoder.look(), encoder.peek()]).toEqual([null, shown]);
    encoder.take();
    expect(encoder.peek()).toBeNull();
  });

  it('does not repeat a break that says nothing new', () => {
    const encoder = new TraceEncoder(SMALL);
    for (const reason of ['cameraOffline', 'cameraOffline', 'cameraDisabled', 'cameraOffline'] as const) encoder.interruption(reason, 1, WALL);
    const chunk = encoder.take();
    expect(chunk && readTraceChunk({ session: SMALL, chunk }).map((entry) => entry.kind === 'break' && entry.reason)).toEqual([
      'cameraOffline',
      'cameraDisabled',
      'cameraOffline',
    ]);
  });
});

/** The same in the simplest way: of a large network the five strongest and what rules name, unless it rounds to nothing. */
function expected(session: TraceSession, course: readonly Told[]): TraceEntry[] {
  const entries: TraceEntry[] = [];
  for (const told of course) {
    const moment = { mono: Math.floor(told.mono), wall: Math.floor(told.wall) };
    const last = entries.at(-1);
    if ('reason' in told) {
      if (last?.kind !== 'break' || last.reason !== told.reason) entries.push({ kind: 'break', ...moment, reason: told.reason });
      continue;
    }
    const kept = session.whole
      ? session.labels.map((label) => ({ label, score: told.scores.find((each) => each.label === label)?.score ?? 0 }))
      : told.scores.filter(({ label, score }, index) => (index < 5 || session.labels.includes(label)) && roundScore(score) > 0);
    entries.push({
      ...{ kind: 'frame', ...moment, sequence: told.sequence },
      scores: new Map(kept.map(({ label, score }) => [label, roundScore(score)])),
      groups: session.groups.map((group) => ruleScore(group, told.scores).score),
    });
  }
  return entries;
}

function plain(entry: TraceEntry): object {
  return entry.kind === 'break' ? entry : { ...entry, scores: Object.fromEntries(entry.scores) };
}

function courses(labels: readonly string[]): fc.Arbitrary<Told[]> {
  const scores = fc
    .array(fc.oneof(fc.constantFrom(0, 0.00004, 0.00005), fc.double({ min: 0, max: 1, noNaN: true })), {
      minLength: labels.length,
      maxLength: labels.length,
    })
    .map((values) => labels.map((label, index) => ({ label, score: values[index] ?? 0 })).sort((a, b) => b.score - a.score));
  const told = fc.record({
    afterMs: fc.double({ min: 0, max: 100_000, noNaN: true }),
    wallMs: fc.integer({ min: -5_000, max: 5_000 }),
    step: fc.integer({ min: -3, max: 9 }),
  });
  return fc.array(fc.tuple(told, fc.option(fc.constantFrom(...BREAK_REASONS), { freq: 4 }), scores), { maxLength: 40 }).map((steps) => {
    let [mono, wall, sequence] = [12_345.67, WALL, 800];
    return steps.map(([{ afterMs, wallMs, step }, reason, each]) => {
      mono += afterMs;
      wall += afterMs + wallMs;
      sequence += step;
      return reason === null ? { mono, wall, sequence, scores: each } : { mono, wall, reason };
    });
  });
}
