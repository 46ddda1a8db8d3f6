import type { TraceChunk, TracedChunk, TraceSession } from '../events/score-trace.ts';
import type { Database } from './sqlite-database.ts';

/** A chunk that grew takes the place of what it was, and keeps its place in the order. */
const WRITE_CHUNK = `
  INSERT INTO score_chunks (session, number, from_ms, to_ms, frames, labels, bytes) VALUES (?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (session, number) DO UPDATE SET
    from_ms = excluded.from_ms, to_ms = excluded.to_ms, frames = excluded.frames, labels = excluded.labels, bytes = excluded.bytes`;

/** One transaction; to do it again changes nothing. */
export function recordScores(database: Database, parts: readonly TracedChunk[]): void {
  database.transaction(() => {
    for (const { session, chunk } of parts) {
      const { key, camera, region, ...facts } = session;
      database.run('INSERT OR IGNORE INTO score_sessions (session, camera, region, facts) VALUES (?, ?, ?, ?)', [
        ...[key, camera, region],
        JSON.stringify(facts),
      ]);
      database.run(WRITE_CHUNK, [...[key, chunk.number, chunk.fromMs, chunk.toMs, chunk.frames], JSON.stringify(chunk.labels), chunk.bytes]);
    }
  });
}

/** Removes at most `most` chunks that end before `beforeMs`, the oldest first (`null`: whenever they end); returns how many. */
export function pruneScores(database: Database, beforeMs: number | null, most: number): number {
  return database.transaction(() => {
    const doomed =
      beforeMs === null
        ? 'SELECT id FROM score_chunks ORDER BY to_ms LIMIT ?1'
        : 'SELECT id FROM score_chunks WHERE to_ms < ?2 ORDER BY to_ms LIMIT ?1';
    const parameters = beforeMs === null ? [most] : [most, beforeMs];
    const removed = database.rows(`DELETE FROM score_chunks WHERE id IN (${doomed}) RETURNING session`, parameters);
    for (const session of new Set(removed.map((row) => Number(row['session'])))) {
      database.run('DELETE FROM score_sessions WHERE session = ?1 AND NOT EXISTS (SELECT 1 FROM score_chunks WHERE session = ?1)', [session]);
    }
    return removed.length;
  });
}

/** In the order in which they were recorded, behind the one with the id `after`; `id` is that of the last. */
export function selectScores(
  database: Database,
  { camera, region, after, most }: { readonly camera: string; readonly region: string; readonly after: number; readonly most: number },
): { readonly parts: readonly TracedChunk[]; readonly id: number } {
  const rows = database.rows(
    `SELECT id, session, facts, number, from_ms, to_ms, frames, labels, bytes FROM score_chunks JOIN score_sessions USING (session)
     WHERE camera = ? AND region = ? AND id > ? ORDER BY id LIMIT ?`,
    [camera, region, after, most],
  );
  return pageOf(rows, camera, region, after);
}

/** As `selectScores`, of those parts that touch the time from `sinceMs` up to `untilMs` (wall clock; exclusive). */
export function selectScoresWithin(
  database: Database,
  asked: Parameters<typeof selectScores>[1] & { readonly sinceMs: number; readonly untilMs: number },
): ReturnType<typeof selectScores> {
  const { camera, region, after, most, sinceMs, untilMs } = asked;
  // Found by the index alone (CROSS: sessions first), so that parts of other times are not read.
  const rows = database.rows(
    `SELECT id, session, facts, number, from_ms, to_ms, frames, labels, bytes FROM score_chunks JOIN score_sessions USING (session) WHERE id IN (
       SELECT id FROM score_sessions CROSS JOIN score_chunks USING (session)
       WHERE camera = ? AND region = ? AND to_ms >= ? AND from_ms < ? AND id > ? ORDER BY id LIMIT ?
     ) ORDER BY id`,
    [camera, region, sinceMs, untilMs, after, most],
  );
  return pageOf(rows, camera, region, after);
}

type Row = Readonly<Record<string, unknown>>;

function pageOf(rows: readonly Row[], camera: string, region: string, after: number): ReturnType<typeof selectScores> {
  return { parts: rows.map((row) => ({ session: sessionOf(row, camera, region), chunk: chunkOf(row) })), id: Number(rows.at(-1)?.['id'] ?? after) };
}

function sessionOf(row: Row, camera: string, region: string): TraceSession {
  const facts = JSON.parse(String(row['facts'])) as Omit<TraceSession, 'key' | 'camera' | 'region'>;
  return { key: Number(row['session']), camera, region, ...facts };
}

function chunkOf(row: Row): TraceChunk {
  return {
    ...{ number: Number(row['number']), fromMs: Number(row['from_ms']), toMs: Number(row['to_ms']), frames: Number(row['frames']) },
    labels: JSON.parse(String(row['labels'])) as string[],
    bytes: new Uint8Array(row['bytes'] as ArrayBuffer),
  };
}
