import { randomUUID } from 'node:crypto';
import { renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { UnsequencedEvent } from '../events/label-event.ts';
import { FramewatchError, messageOf } from '../util/errors.ts';
import { addToOutbox, outboxFacts } from './outbox-table.ts';
import { MIGRATIONS } from './schema.ts';
import { withSequence } from './sequence.ts';
import { type Database, isCorruption, openDatabase } from './sqlite-database.ts';
import type { HistoryBounds, StoreFacts } from './store-protocol.ts';

export const HISTORY_FILE = 'history.db';
/** Other programs may read the file and lock it for a backup. Waiting blocks every other call, too; commits are tried again anyway. */
const BUSY_TIMEOUT_MS = 1_000;
/** Some pages, as an event with its indexes has. */
const PROBE_BYTES = 24 * 1024;
/** Up to this size the whole file is checked at every start (it is a matter of a second); above, only when something was wrong with it. */
const FULL_CHECK_BYTES = 64 * 1024 * 1024;

export interface OpenedHistory {
  readonly database: Database;
  /** Where a corrupt file of before went, what was wrong with it, and how many messages the broker had not taken; null: that could not be read. */
  readonly setAside: { readonly file: string; readonly reason: string; readonly unsent: number | null } | null;
}

/**
 * Opens the history under `stateDir`, brings it to the newest version, or creates it. A corrupt file is moved aside with its log, never
 * deleted, and a new history with another `storeId` begins behind `lastSequence`. `suspicious`: the file was found corrupt in use.
 * Throws what SQLite throws; FramewatchError STORE_UNAVAILABLE for a file that a newer program wrote.
 */
export function openHistory(stateDir: string, lastSequence: number, suspicious: boolean): OpenedHistory {
  const file = join(stateDir, HISTORY_FILE);
  try {
    return { database: openSound(file, lastSequence, suspicious), setAside: null };
  } catch (error) {
    if (!isCorruption(error)) throw error;
    const aside = `${file}.corrupt-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`;
    const unsent = waitingIn(file);
    for (const suffix of ['', '-wal', '-shm']) moveIfThere(`${file}${suffix}`, `${aside}${suffix}`);
    return { database: openSound(file, lastSequence, false), setAside: { file: aside, reason: messageOf(error), unsent } };
  }
}

function waitingIn(corruptFile: string): number | null {
  try {
    const database = openDatabase(corruptFile, BUSY_TIMEOUT_MS);
    try {
      return outboxFacts(database).depth;
    } finally {
      database.close();
    }
  } catch {
    return null;
  }
}

function openSound(file: string, lastSequence: number, suspicious: boolean): Database {
  const database = openDatabase(file, BUSY_TIMEOUT_MS);
  try {
    // Order matters: auto_vacuum can only be chosen while the file is empty.
    database.script('PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 16777216;');
    if (suspicious || statSync(file).size <= FULL_CHECK_BYTES) check(database);
    migrate(database, file, lastSequence);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function check(database: Database): void {
  const found = Object.values(database.rows('PRAGMA quick_check(1)')[0] ?? {})[0];
  if (found !== 'ok') throw Object.assign(new Error(`quick_check: ${String(found)}`), { code: 'SQLITE_CORRUPT' });
}

function migrate(database: Database, file: string, lastSequence: number): void {
  const version = numberIn(database, 'PRAGMA user_version', 'user_version');
  if (version > MIGRATIONS.length) {
    throw new FramewatchError(
      'STORE_UNAVAILABLE',
      `${file} has schema version ${version}, this program knows ${MIGRATIONS.length}: a newer Framewatch wrote it. Start that version, or move the file away.`,
    );
  }
  for (const [index, script] of MIGRATIONS.entries()) {
    if (index < version) continue;
    database.transaction(() => {
      database.script(script);
      if (index === 0) {
        database.run("INSERT INTO meta (key, value) VALUES ('storeId', ?)", [randomUUID()]);
        database.run("INSERT INTO sqlite_sequence (name, seq) VALUES ('events', ?)", [lastSequence]);
      }
      database.script(`PRAGMA user_version = ${index + 1}`);
    });
  }
}

function moveIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

export function factsOf(database: Database): StoreFacts {
  return { ...boundsOf(database), outbox: outboxFacts(database) };
}

export function boundsOf(database: Database): HistoryBounds {
  const lastSequence = lastSequenceOf(database);
  const storeId = String(database.rows("SELECT value FROM meta WHERE key = 'storeId'")[0]?.['value']);
  const oldest = database.rows('SELECT min(sequence) AS oldest FROM events')[0]?.['oldest'];
  return { storeId, lastSequence, oldestSequence: typeof oldest === 'number' ? oldest : lastSequence + 1 };
}

function lastSequenceOf(database: Database): number {
  return numberIn(database, "SELECT seq FROM sqlite_sequence WHERE name = 'events'", 'seq');
}

/**
 * One transaction; each event gets the next sequence. Returns the first one given. `after`: the highest sequence known when these
 * events were first tried: if they stand right behind it, an earlier try succeeded and only its answer was lost.
 * `outboxMs`: when they came into the outbox; null: they do not.
 */
export function appendEvents(database: Database, events: readonly UnsequencedEvent[], after: number, outboxMs: number | null): number {
  return database.transaction(() => {
    const lastSequence = lastSequenceOf(database);
    if (lastSequence === after + events.length && standBehind(database, after, events)) return after + 1;
    const firstSequence = lastSequence + 1;
    for (const [index, event] of events.entries()) {
      const sequence = firstSequence + index;
      database.run('INSERT INTO events (sequence, event_id, type, camera, rule, label, at_ms, payload) VALUES (?, ?, ?, ?, ?, ?, ?, ?)', [
        sequence,
        event.id,
        event.type,
        event.camera,
        event.rule,
        event.label,
        Date.parse(event.at),
        JSON.stringify(withSequence(event, sequence)),
      ]);
      if (event.type === 'end') database.run('DELETE FROM open_events WHERE event_id = ?', [event.id]);
      else database.run('INSERT OR REPLACE INTO open_events (event_id, sequence) VALUES (?, ?)', [event.id, sequence]);
      if (outboxMs !== null) addToOutbox(database, sequence, outboxMs);
    }
    return firstSequence;
  });
}

/** Overwrites one row of its own: the file does not grow by it. */
export function probeWrite(database: Database): void {
  database.transaction(() => database.run("INSERT OR REPLACE INTO meta (key, value) VALUES ('probe', ?)", ['.'.repeat(PROBE_BYTES)]));
}

function standBehind(database: Database, after: number, events: readonly UnsequencedEvent[]): boolean {
  const payloads = database.rows('SELECT payload FROM events WHERE sequence > ? ORDER BY sequence', [after]).map((row) => row['payload']);
  return (
    payloads.length === events.length && events.every((event, index) => payloads[index] === JSON.stringify(withSequence(event, after + 1 + index)))
  );
}

export function numberIn(database: Database, sql: string, column: string): number {
  const value = database.rows(sql)[0]?.[column];
  return typeof value === 'number' ? value : 0;
}
