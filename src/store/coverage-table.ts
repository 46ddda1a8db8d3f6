import type { CoverageChange, CoverageReason, CoverageState } from '../events/coverage.ts';
import { type CoverageEnds, type CoverageQuery, MOST_COVERAGE_ENTRIES } from './coverage-store.ts';
import type { Database } from './sqlite-database.ts';

/** One transaction; in order. To do it again changes nothing. */
export function recordCoverage(database: Database, changes: readonly CoverageChange[], aliveMs: number): void {
  database.transaction(() => {
    for (const { camera, since, state, reason } of changes) {
      database.run('DELETE FROM coverage WHERE camera = ? AND since_ms >= ?', [camera, since]);
      database.run('INSERT INTO coverage (camera, since_ms, state, reason) VALUES (?, ?, ?, ?)', [camera, since, state, reason]);
    }
    database.run("INSERT OR REPLACE INTO meta (key, value) VALUES ('coverageAlive', ?)", [String(aliveMs)]);
  });
}

/** See CoverageStore; null: too many. */
export function selectCoverage(database: Database, { camera, sinceMs, untilMs }: CoverageQuery): readonly CoverageChange[] | null {
  const cameras = camera === undefined ? database.rows('SELECT DISTINCT camera FROM coverage ORDER BY camera') : [{ camera }];
  const found: CoverageChange[] = [];
  for (const row of cameras) {
    const id = String(row['camera']);
    const before = database.rows('SELECT max(since_ms) AS since_ms FROM coverage WHERE camera = ? AND since_ms <= ?', [id, sinceMs])[0];
    const from = typeof before?.['since_ms'] === 'number' ? before['since_ms'] : sinceMs;
    const rows = database.rows('SELECT * FROM coverage WHERE camera = ? AND since_ms >= ? AND since_ms < ? ORDER BY since_ms LIMIT ?', [
      ...[id, from, untilMs],
      MOST_COVERAGE_ENTRIES + 1,
    ]);
    found.push(...rows.map(changeOf));
    if (found.length > MOST_COVERAGE_ENTRIES) return null;
  }
  return found;
}

export function coverageEnds(database: Database): CoverageEnds {
  // Of a query with max() SQLite takes the other columns from the row that has it.
  const rows = database.rows('SELECT camera, max(since_ms) AS since_ms, state, reason FROM coverage GROUP BY camera ORDER BY camera');
  const alive = database.rows("SELECT value FROM meta WHERE key = 'coverageAlive'")[0]?.['value'];
  return { changes: rows.map(changeOf), aliveMs: typeof alive === 'string' ? Number(alive) : null };
}

/** Removes at most `most` entries that say nothing of the time from `beforeMs` on, oldest first; returns how many. */
export function pruneCoverage(database: Database, beforeMs: number, most: number): number {
  const followed = 'EXISTS (SELECT 1 FROM coverage AS next WHERE next.camera = old.camera AND next.since_ms > old.since_ms AND next.since_ms <= ?)';
  const doomed = `SELECT camera, since_ms FROM coverage AS old WHERE since_ms < ? AND (state IS NULL OR ${followed}) ORDER BY since_ms LIMIT ?`;
  const sql = `DELETE FROM coverage WHERE (camera, since_ms) IN (${doomed}) RETURNING camera`;
  return database.rows(sql, [beforeMs, beforeMs, most]).length;
}

function changeOf(row: Readonly<Record<string, unknown>>): CoverageChange {
  return {
    camera: String(row['camera']),
    since: Number(row['since_ms']),
    state: row['state'] as CoverageState | null,
    reason: row['reason'] as CoverageReason | null,
  };
}
