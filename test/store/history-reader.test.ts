import { chmodSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { appendEvents, openHistory } from '../../src/store/history-database.ts';
import { HistoryReader } from '../../src/store/history-reader.ts';
import { MIGRATIONS } from '../../src/store/schema.ts';
import { recordScores } from '../../src/store/score-trace-table.ts';
import { openDatabase } from '../../src/store/sqlite-database.ts';
import { systemClock } from '../../src/util/clock.ts';
import { labelEvent, sequencedEvent } from '../helpers/label-events.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';
import { tracedChunks } from '../helpers/traced-chunks.ts';

describe('HistoryReader', () => {
  it('reads beside the daemon that writes, and sees each commit', async () => {
    const { stateDir, writer, reader } = stage();
    appendEvents(writer, [labelEvent()], 0, null);
    expect(await reader.query({ after: 0, limit: 10 })).toEqual([sequencedEvent(1)]);
    appendEvents(writer, [labelEvent({ type: 'end', camera: 'yard' })], 1, null);
    expect(await reader.query({ after: 1, limit: 10 })).toEqual([sequencedEvent(2, { type: 'end', camera: 'yard' })]);
    expect(await reader.query({ after: 0, camera: 'yard', limit: 10 })).toHaveLength(1);
    expect((await reader.course(labelEvent().id)).map(({ sequence }) => sequence)).toEqual([1, 2]);
    expect(await reader.facts()).toMatchObject({ lastSequence: 2, oldestSequence: 1 });
    expect(readdirSync(stateDir).filter((name) => !name.startsWith('history.db'))).toEqual([]);
  });

  it('reads when no daemon runs, and goes on when one begins', async () => {
    const { stateDir, writer, reader } = stage();
    appendEvents(writer, [labelEvent()], 0, null);
    writer.rows('PRAGMA wal_checkpoint(TRUNCATE)');
    writer.close();
    for (const suffix of ['-wal', '-shm']) rmSync(join(stateDir, `history.db${suffix}`), { force: true });
    expect(await reader.query({ after: 0, limit: 10 })).toHaveLength(1);
    const { database } = openHistory(stateDir, 0, false);
    onTestFinished(() => database.close());
    for (let sequence = 1; sequence < 50; sequence += 1) {
      appendEvents(database, [labelEvent({ type: 'update' })], sequence, null);
      if (sequence % 10 === 0) database.rows('PRAGMA wal_checkpoint(TRUNCATE)');
      expect(await reader.query({ after: sequence, limit: 10 })).toHaveLength(1);
    }
  });

  it('gives the score trace', async () => {
    const { writer, reader } = stage();
    const parts = tracedChunks(3);
    recordScores(writer, parts);
    const page = await reader.scores({ camera: 'door', region: 'full', after: 0, most: 2 });
    expect(page.parts).toEqual(parts.slice(0, 2));
    expect((await reader.scores({ camera: 'door', region: 'full', after: page.id, most: 2 })).parts).toEqual(parts.slice(2));
    const within = { camera: 'door', region: 'full', after: 0, most: 9, sinceMs: 1_002_000, untilMs: 1_003_000 };
    expect((await reader.scoresWithin(within)).parts).toEqual(parts.slice(1, 2));
  });

  it('finds a name with signs that mean something in a URI', async () => {
    const stateDir = join(temporaryDirectory(), 'a b?c#d%20é');
    mkdirSync(stateDir);
    const { database } = openHistory(stateDir, 7, false);
    onTestFinished(() => database.close());
    expect(await reading(stateDir).facts()).toMatchObject({ lastSequence: 7 });
  });

  it('says what is missing, and makes nothing', async () => {
    const stateDir = temporaryDirectory();
    await expect(reading(stateDir).facts()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', message: expect.stringContaining('does not exist') });
    await expect(reading(join(stateDir, 'nowhere')).facts()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(readdirSync(stateDir)).toEqual([]);
  });

  it('refuses another version, older or newer, and leaves it as it is', async () => {
    for (const [version, words] of [
      [MIGRATIONS.length + 1, 'a newer Framewatch wrote it'],
      [1, 'an older Framewatch wrote it'],
      [0, 'an older'],
    ] as const) {
      const { writer, reader } = stage();
      writer.script(`PRAGMA user_version = ${version}`);
      await expect(reader.facts()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', message: expect.stringContaining(words) });
      expect(writer.rows('PRAGMA user_version')).toEqual([{ user_version: version }]);
    }
  });

  it('tells a damaged file', async () => {
    const stateDir = temporaryDirectory();
    writeFileSync(join(stateDir, 'history.db'), 'this is not a database, and it is longer than a header of one would be: '.repeat(20));
    await expect(reading(stateDir).facts()).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
  });

  it('waits for a lock that does not last, and says so of one that does', async () => {
    const stateDir = temporaryDirectory();
    const locker = openDatabase(join(stateDir, 'history.db'), 0);
    onTestFinished(() => locker.close());
    locker.script(`${MIGRATIONS.join('')}; PRAGMA user_version = ${MIGRATIONS.length}`);
    locker.script("INSERT INTO meta VALUES ('storeId', 'x'); INSERT INTO sqlite_sequence VALUES ('events', 5); BEGIN EXCLUSIVE");
    const asked = reading(stateDir).facts();
    const outcome = await Promise.race([asked, new Promise((resolve) => setImmediate(() => resolve('waits')))]);
    expect(outcome).toBe('waits');
    const impatient = new HistoryReader({ stateDir, clock: { ...systemClock, monotonicMs: () => performance.now() * 100 } });
    await expect(impatient.facts()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', message: expect.stringContaining('locked') });
    locker.script('COMMIT');
    expect(await asked).toMatchObject({ storeId: 'x', lastSequence: 5 });
  });

  it('notices that another file has taken the place of the one it reads', async () => {
    const { stateDir, writer, reader } = stage();
    const { storeId } = await reader.facts();
    expect(reader.reopenIfReplaced()).toBe(false);
    writer.close();
    for (const name of readdirSync(stateDir)) renameSync(join(stateDir, name), join(stateDir, `${name}.aside`));
    expect(reader.reopenIfReplaced()).toBe(true);
    await expect(reader.facts()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    const { database } = openHistory(stateDir, 0, false);
    onTestFinished(() => database.close());
    expect((await reader.facts()).storeId).not.toBe(storeId);
    expect(reader.reopenIfReplaced()).toBe(false);
  });

  // root may do what it wants.
  it.skipIf(process.getuid?.() === 0)('says that it may not read', async () => {
    const { stateDir, reader } = stage();
    chmodSync(join(stateDir, 'history.db'), 0o000);
    await expect(reader.facts()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  });
});

function stage() {
  const stateDir = temporaryDirectory();
  const { database: writer } = openHistory(stateDir, 0, false);
  onTestFinished(() => {
    try {
      writer.close();
    } catch {
      // Closed by the test.
    }
  });
  return { stateDir, writer, reader: reading(stateDir) };
}

function reading(stateDir: string): HistoryReader {
  const reader = new HistoryReader({ stateDir, clock: systemClock });
  onTestFinished(() => reader.close());
  return reader;
}
