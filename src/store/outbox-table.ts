import type { LabelEvent, LabelEventType } from '../events/label-event.ts';
import { type DeadLetter, type DeadLetterReason, type DeadLetters, MOST_OUTBOX_ENTRIES, type OutboxEntry, type Settlement } from './outbox.ts';
import type { Database } from './sqlite-database.ts';

/** Within the transaction that stores the event. */
export function addToOutbox(database: Database, sequence: number, addedMs: number): void {
  database.run('INSERT INTO outbox (sequence, added_ms) VALUES (?, ?)', [sequence, addedMs]);
}

export function outboxPage(database: Database, after: number, limit: number): readonly { readonly payload: string; readonly startUntold: boolean }[] {
  const untold =
    "EXISTS (SELECT 1 FROM dead_letters AS dead WHERE dead.event_id = events.event_id AND dead.type = 'start' AND dead.reason = 'expired')";
  const rows = database.rows(
    `SELECT payload, ${untold} AS untold FROM outbox JOIN events USING (sequence) WHERE outbox.sequence > ? ORDER BY outbox.sequence LIMIT ?`,
    [after, Math.min(MOST_OUTBOX_ENTRIES, limit)],
  );
  return rows.map((row) => ({ payload: String(row['payload']), startUntold: row['untold'] === 1 }));
}

export function parsedEntry({ payload, startUntold }: { readonly payload: string; readonly startUntold: boolean }): OutboxEntry {
  return { event: JSON.parse(payload) as LabelEvent, startUntold };
}

/** One transaction. */
export function settleOutbox(database: Database, { delivered, dead }: Settlement): void {
  database.transaction(() => {
    for (const sequence of delivered) database.run('DELETE FROM outbox WHERE sequence = ?', [sequence]);
    for (const letter of dead) {
      database.run('DELETE FROM outbox WHERE sequence = ?', [letter.sequence]);
      insertDeadLetter(database, letter);
    }
  });
}

/** Empties the outbox: every message in it becomes a dead letter. Returns how many. */
export function abandonOutbox(database: Database, detail: string, atMs: number): number {
  return database.transaction(() => {
    const columns = "sequence, event_id, type, camera, '' AS topic, 'abandoned' AS reason, ? AS detail, ? AS at_ms";
    database.run(`INSERT OR REPLACE INTO dead_letters SELECT ${columns} FROM outbox JOIN events USING (sequence)`, [detail, atMs]);
    return database.rows('DELETE FROM outbox RETURNING sequence').length;
  });
}

export function selectDeadLetters(database: Database, limit: number): DeadLetters {
  const counts = database.rows('SELECT reason, count(*) AS number FROM dead_letters GROUP BY reason');
  const rows = database.rows('SELECT * FROM dead_letters ORDER BY sequence DESC LIMIT ?', [Math.min(MOST_OUTBOX_ENTRIES, limit)]);
  return { counts: Object.fromEntries(counts.map((row) => [String(row['reason']), Number(row['number'])])), newest: rows.map(deadLetterOf) };
}

/** To count a hundred thousand takes 16 µs: SQLite counts pages of numbers, not rows. */
export function outboxFacts(database: Database): { readonly depth: number; readonly oldestMs: number | null } {
  const depth = Number(database.rows('SELECT count(*) AS number FROM outbox')[0]?.['number'] ?? 0);
  const oldest = database.rows('SELECT added_ms FROM outbox ORDER BY sequence LIMIT 1')[0]?.['added_ms'];
  return { depth, oldestMs: typeof oldest === 'number' ? oldest : null };
}

/** The event goes, for want of space; returns whether the broker had not taken it yet. */
export function forgetMessages(database: Database, sequences: readonly number[]): number {
  let waited = 0;
  for (const sequence of sequences) {
    waited += database.rows('DELETE FROM outbox WHERE sequence = ? RETURNING sequence', [sequence]).length;
    database.run('DELETE FROM dead_letters WHERE sequence = ?', [sequence]);
  }
  return waited;
}

function insertDeadLetter(database: Database, { sequence, eventId, type, camera, topic, reason, detail, atMs }: DeadLetter): void {
  // Without its event it would stay for ever.
  database.run('INSERT OR REPLACE INTO dead_letters SELECT sequence, ?, ?, ?, ?, ?, ?, ? FROM events WHERE sequence = ?', [
    eventId,
    type,
    camera,
    topic,
    reason,
    detail,
    atMs,
    sequence,
  ]);
}

function deadLetterOf(row: Readonly<Record<string, unknown>>): DeadLetter {
  return {
    sequence: Number(row['sequence']),
    eventId: String(row['event_id']),
    type: row['type'] as LabelEventType,
    camera: String(row['camera']),
    topic: String(row['topic']),
    reason: row['reason'] as DeadLetterReason,
    detail: String(row['detail']),
    atMs: Number(row['at_ms']),
  };
}
