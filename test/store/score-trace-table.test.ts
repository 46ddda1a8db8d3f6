import { describe, expect, it, onTestFinished } from 'vitest';
import { MIGRATIONS } from '../../src/store/schema.ts';
import { pruneScores, recordScores, selectScores } from '../../src/store/score-trace-table.ts';
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
