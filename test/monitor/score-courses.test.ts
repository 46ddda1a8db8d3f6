import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ScoreCourseReader } from '../../src/events/score-course.ts';
import type { TracedChunk } from '../../src/events/score-trace.ts';
import { readTraceChunk } from '../../src/events/trace-decoder.ts';
import { TraceEncoder } from '../../src/events/trace-encoder.ts';
import { type CoursesAsked, MOST_PARTS, readCourses } from '../../src/monitor/score-courses.ts';
import type { HistoryReader } from '../../src/store/history-reader.ts';
import { MIGRATIONS } from '../../src/store/schema.ts';
import { recordScores, selectScoresWithin } from '../../src/store/score-trace-table.ts';
import { type Database, openDatabase } from '../../src/store/sqlite-database.ts';
import { tracedChunks } from '../helpers/traced-chunks.ts';

const FIRST_MS = 1_000_000;
const BUCKETS = 720;
const ALL = { sinceMs: FIRST_MS, untilMs: FIRST_MS + 300_000 };
const asked = (over: Partial<CoursesAsked> = {}): CoursesAsked => ({
  ...{ camera: 'door', rules: [{ rule: 'unsafe', region: 'full', labels: ['Porn'] }], span: ALL, buckets: BUCKETS, unwritten: [] },
  ...over,
});

describe('readCourses', () => {
  it('gives every frame once, wherever it is when it is asked for: on disk, waiting, being written, or gathered', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 8 }),
        fc.record({ written: fc.nat(8), held: fc.nat(8), grown: fc.boolean() }),
        async (lengths, { written, held, grown }) => {
          const { forms, whole } = life(lengths);
          const database = open();
          // What the disk has by now, of the newest of it perhaps an earlier form …
          const onDisk = Math.min(written, forms.length);
          recordScores(
            database,
            forms.slice(0, onDisk).map((form, index) => (grown && index === onDisk - 1 ? (form[0] ?? form) : form.at(-1))) as TracedChunk[],
          );
          // … and what was not known to be there: the rest, and as much before it as its answer has not come for.
          const unwritten = forms.slice(Math.max(0, onDisk - held - Number(grown)));
          const [course] = await coursesOf(database, asked({ unwritten: unwritten.flat() }));
          expect(course).toEqual(whole);
          expect(course?.frames).toBe(lengths.reduce((sum, length) => sum + length, 0));
          database.close();
        },
      ),
      { numRuns: 100 },
    );
  });

  it('reads many parts some at a time, of each region what its rules need, and of the time that was asked for only', async () => {
    const database = open();
    recordScores(database, tracedChunks(150));
    recordScores(database, tracedChunks(1, { key: 2, region: 'gate' }));
    const rules = [
      { rule: 'unsafe', region: 'full', labels: ['Porn'] },
      { rule: 'unsafe', region: 'gate', labels: ['Porn', 'Sexy'] },
      { rule: 'other', region: 'nowhere', labels: ['Porn'] },
    ];
    const [full, gate, nowhere] = await coursesOf(database, asked({ rules }));
    expect([full?.frames, full?.runs.length, gate?.frames, nowhere?.frames]).toEqual([600, 1, 4, 0]);
    const [part] = await coursesOf(database, asked({ span: { sinceMs: FIRST_MS + 10_250, untilMs: FIRST_MS + 20_250 } }));
    expect([part?.frames, part?.newest?.atMs]).toEqual([20, FIRST_MS + 20_000]);
    const later = tracedChunks(1, { key: 3, fromMs: FIRST_MS + 900_000 });
    expect((await coursesOf(database, asked({ unwritten: later })))[0]?.frames).toBe(600);
  });

  it('refuses what is too much', async () => {
    const [part] = tracedChunks(1);
    if (!part) throw new Error('no part');
    let id = 0;
    const endless: Pick<HistoryReader, 'scoresWithin'> = {
      scoresWithin: ({ most }) => {
        id += most;
        return Promise.resolve({
          parts: Array.from({ length: most }, (_, index) => ({ ...part, chunk: { ...part.chunk, number: id + index } })),
          id,
        });
      },
    };
    expect(await readCourses(endless, asked())).toBe('tooMany');
    expect(id).toBeLessThan(MOST_PARTS + 100);
  });

  it('tells a part that cannot be read', async () => {
    const database = open();
    const [part] = tracedChunks(1);
    if (!part) throw new Error('no part');
    recordScores(database, [{ ...part, chunk: { ...part.chunk, bytes: Uint8Array.of(99) } }]);
    await expect(coursesOf(database, asked())).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
  });
});

/** Parts as they grow, by number, each in its forms (the later has more); and what they all say together. */
function life(lengths: readonly number[]) {
  const session = tracedChunks(1)[0]?.session;
  if (!session) throw new Error('no session');
  const encoder = new TraceEncoder(session);
  let frame = 0;
  const forms = lengths.map((length) => {
    const grown: TracedChunk[] = [];
    for (let left = length; left > 0; left -= 1) {
      const score = ((frame * 37) % 100) / 100;
      encoder.frame({ mono: frame * 500, wall: FIRST_MS + frame * 500, sequence: frame, scores: [{ label: 'Porn', score }] });
      frame += 1;
      const chunk = left === 1 ? encoder.take() : encoder.look();
      if (chunk) grown.push({ session, chunk });
    }
    return grown;
  });
  const reader = new ScoreCourseReader(['Porn'], ALL, BUCKETS);
  for (const form of forms) {
    const last = form.at(-1);
    if (last) reader.take(last.session, last.chunk.number, readTraceChunk(last));
  }
  return { forms, whole: reader.course() };
}

async function coursesOf(database: Database, question: CoursesAsked) {
  const courses = await readCourses({ scoresWithin: (page) => Promise.resolve(selectScoresWithin(database, page)) }, question);
  return courses === 'tooMany' ? [] : courses;
}

function open(): Database {
  const database = openDatabase(':memory:', 0);
  onTestFinished(() => database.close());
  for (const script of MIGRATIONS) database.script(script);
  return database;
}
