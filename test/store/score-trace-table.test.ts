import { describe, expect, it, onTestFinished } from 'vitest';
import { MIGRATIONS } from '../../src/store/schema.ts';
import { pruneScores, recordScores, selectScores, selectScoresWithin } from '../../src/store/score-trace-table.ts';
import { type Database, openDatabase } from '../../src/store/sqlite-database.ts';
import { tracedChunks } from '../helpers/traced-chunks.ts';

describe('the table of the score trace', () => {
  it('gives parts back as they were, in the order in which they came, some at a time', () => {
    const database = open();
    const first = tracedChunks(3);
    // The clock was set back meanwhile, and another region goes on beside.
    const second = tracedChunks(2, { key: 2, fromMs: 10 });
    const other = tracedChunks(1, { key: 3, region: 'gate' });
    recordScores(database, [...first, ...other]);
    recordScores(database, second);
    expect(all(database, 2)).toEqual([...first, ...second]);
    expect(all(database, 100, 'gate')).toEqual(other);
    expect(all(database, 100, 'nowhere')).toEqual([]);
  });

  it('takes what is written again for the same', () => {
    const database = open();
    const parts = tracedChunks(2);
    recordScores(database, parts.slice(0, 1));
    recordScores(database, parts);
    expect(all(database)).toEqual(parts);
  });

  it('lets a part that grew take its own place', () => {
    const database = open();
    const [first, second] = tracedChunks(2);
    const [, grown] = tracedChunks(2, { frames: 6 });
    if (!first || !second || !grown) throw new Error('no parts');
    recordScores(database, [first, second]);
    recordScores(database, tracedChunks(1, { key: 2 }));
    recordScores(database, [grown]);
    expect(all(database)).toEqual([first, grown, ...tracedChunks(1, { key: 2 })]);
  });

  it('keeps what a network of many labels needs to be read', () => {
    const database = open();
    const parts = tracedChunks(1, { whole: false, labels: ['cat "x"', 'dog'], groups: [['cat "x"', 'dog']] });
    recordScores(database, parts);
    expect(all(database)).toEqual(parts);
    expect(parts[0]?.chunk.labels.length).toBe(2);
  });

  it('removes the oldest by their end, so many at a time, and sessions that have nothing left', () => {
    const database = open();
    const old = tracedChunks(4);
    const young = tracedChunks(2, { key: 2, fromMs: 2_000_000 });
    recordScores(database, [...old, ...young]);
    expect(pruneScores(database, 1_000_000, 10)).toBe(0);
    expect(pruneScores(database, 1_500_000, 3)).toBe(3);
    expect(all(database)).toEqual([...old.slice(3), ...young]);
    expect(pruneScores(database, 1_500_000, 3)).toBe(1);
    expect(database.rows('SELECT session FROM score_sessions')).toEqual([{ session: 2 }]);
    expect(pruneScores(database, null, 1)).toBe(1);
    expect(all(database)).toEqual(young.slice(1));
    expect(pruneScores(database, null, 5)).toBe(1);
    expect(database.rows('SELECT session FROM score_sessions')).toEqual([]);
  });

  it('finds the parts of a time, by the index alone', () => {
    const database = open();
    // 2 s each, of three sessions, and of another camera's beside.
    const first = tracedChunks(3);
    const later = tracedChunks(2, { key: 2, fromMs: 2_000_000 });
    const setBack = tracedChunks(1, { key: 3, fromMs: 1_003_000 });
    recordScores(database, [...first, ...tracedChunks(3, { key: 4, camera: 'yard' }), ...later, ...setBack]);
    const within = (sinceMs: number, untilMs: number, after = 0, most = 100) =>
      selectScoresWithin(database, { camera: 'door', region: 'full', after, most, sinceMs, untilMs });
    expect(within(0, 3_000_000).parts).toEqual([...first, ...later, ...setBack]);
    expect(within(1_001_500, 1_004_000).parts).toEqual([...first.slice(0, 2), ...setBack]);
    expect(within(1_001_501, 1_002_000).parts).toEqual([]);
    const page = within(0, 3_000_000, 0, 2);
    expect(page.parts).toEqual(first.slice(0, 2));
    expect(within(0, 3_000_000, page.id).parts).toEqual([...first.slice(2), ...later, ...setBack]);
    const plan = database.rows(
      "EXPLAIN QUERY PLAN SELECT id FROM score_sessions CROSS JOIN score_chunks USING (session) WHERE camera = 'door' AND region = 'full' AND to_ms >= 0 AND from_ms < 9 AND id > 0",
    );
    expect(plan.map((row) => String(row['detail'])).join()).toContain('COVERING INDEX score_chunks_by_session (session=? AND to_ms>?)');
  });
});

function all(database: Database, most = 100, region = 'full') {
  const found = [];
  for (let after = 0; ; ) {
    const { parts, id } = selectScores(database, { camera: 'door', region, after, most });
    if (parts.length === 0) return found;
    found.push(...parts);
    after = id;
  }
}

function open(): Database {
  const database = openDatabase(':memory:', 0);
  onTestFinished(() => database.close());
  for (const script of MIGRATIONS) database.script(script);
  return database;
}
