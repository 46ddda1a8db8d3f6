import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { appendEvents, factsOf, openHistory } from '../../src/store/history-database.ts';
import { MIGRATIONS } from '../../src/store/schema.ts';
import { openDatabase, sqliteCode } from '../../src/store/sqlite-database.ts';
import { labelEvent } from '../helpers/label-events.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';

describe('openHistory', () => {
  it('syncs every commit and keeps a write-ahead log', () => {
    const { database } = open();
    expect(database.rows('PRAGMA journal_mode')).toMatchObject([{ journal_mode: 'wal' }]);
    expect(database.rows('PRAGMA synchronous')).toMatchObject([{ synchronous: 2 }]);
    expect(database.rows('PRAGMA auto_vacuum')).toMatchObject([{ auto_vacuum: 2 }]);
  });

  it('goes on behind the sequence it was told when it has to begin anew', () => {
    const { database } = open(temporaryDirectory(), 41);
    expect(factsOf(database)).toMatchObject({ lastSequence: 41, oldestSequence: 42 });
    expect(appendEvents(database, [labelEvent()], 41, null)).toBe(42);
  });

  it('refuses the file of a newer program, untouched', () => {
    const stateDir = temporaryDirectory();
    open(stateDir).database.script(`PRAGMA user_version = ${MIGRATIONS.length + 1}`);
    expect(() => openHistory(stateDir, 0, false)).toThrow(/a newer Framewatch wrote it/);
    const file = openDatabase(join(stateDir, 'history.db'), 0);
    onTestFinished(() => file.close());
    expect(file.rows('PRAGMA user_version')).toMatchObject([{ user_version: MIGRATIONS.length + 1 }]);
  });
});

describe('appendEvents', () => {
  it('stores once what is tried again because the answer was lost, and only that', () => {
    const { database } = open();
    const group = [labelEvent(), labelEvent({ type: 'end' })];
    expect(appendEvents(database, group, 0, null)).toBe(1);
    expect(appendEvents(database, group, 0, null)).toBe(1);
    expect(factsOf(database).lastSequence).toBe(2);
    expect(appendEvents(database, [labelEvent(), labelEvent({ type: 'update' })], 0, null)).toBe(3);
    expect(appendEvents(database, group, 4, null)).toBe(5);
  });

  it('leaves no half record on a full disk, and goes on when there is room again', () => {
    const { database } = open();
    appendEvents(database, [labelEvent()], 0, null);
    database.rows('PRAGMA max_page_count = 30');
    const many = Array.from({ length: 500 }, () => labelEvent());
    let code = '';
    try {
      appendEvents(database, many, 1, null);
    } catch (error) {
      code = sqliteCode(error);
    }
    expect(code).toBe('SQLITE_FULL');
    expect(factsOf(database)).toMatchObject({ lastSequence: 1, oldestSequence: 1 });
    database.rows('PRAGMA max_page_count = 100000');
    expect(appendEvents(database, many, 1, null)).toBe(2);
    expect(factsOf(database).lastSequence).toBe(501);
  });
});

function open(stateDir: string = temporaryDirectory(), lastSequence = 0) {
  const opened = openHistory(stateDir, lastSequence, false);
  onTestFinished(() => opened.database.close());
  return opened;
}
