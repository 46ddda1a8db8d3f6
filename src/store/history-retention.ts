import { pruneCoverage } from './coverage-table.ts';
import { numberIn } from './history-database.ts';
import { forgetMessages } from './outbox-table.ts';
import { pruneScores } from './score-trace-table.ts';
import type { Database } from './sqlite-database.ts';
import type { PruneLimits, PruneStep } from './store-protocol.ts';

/** So many rows a step: a few milliseconds, then waiting appends have their turn. */
const ROWS_A_STEP = 200;
/** Pages given back to the file system a step. */
const PAGES_A_STEP = 256;
/** Parts of the score trace a step: some kilobytes each. */
const SCORES_A_STEP = 40;
const NOTHING: PruneStep = { events: 0, snapshots: [], coverage: 0, scores: 0, outgrown: 0 };
/** What the broker has not taken yet outlives its time: only space may be too little for it. */
const TOLD = 'sequence NOT IN (SELECT sequence FROM outbox)';

/**
 * Removes a little of what is too old or too much; nothing left to do: a step of zeros. Old events, coverage and score trace go first, then old pictures,
 * then, above the byte limit, the oldest score trace (it is missed least), then the oldest pictures (they weigh most), then the oldest events. The newest
 * message of an event that has no end yet stays.
 */
export function pruneStep(database: Database, limits: PruneLimits): PruneStep {
  const { events } = removeEvents(database, `at_ms < ? AND ${TOLD}`, [limits.eventsBefore]);
  const coverage = pruneCoverage(database, limits.eventsBefore, ROWS_A_STEP);
  const scores = removeScores(database, limits.scoresBefore);
  if (events + coverage + scores > 0) return { ...NOTHING, events, coverage, scores };

  const old = snapshotsOldestFirst(database, limits.snapshotsBefore);
  if (old.length > 0) return { ...NOTHING, snapshots: old };

  const pictures = numberIn(database, 'SELECT coalesce(sum(bytes + strip_bytes), 0) AS bytes FROM snapshots', 'bytes');
  if (bytesOfEvents(database) + pictures <= limits.maxBytes) return NOTHING;
  const removed = removeScores(database, null);
  if (removed > 0) return { ...NOTHING, scores: removed };
  const heavy = snapshotsUntil(database, bytesOfEvents(database) + pictures - limits.maxBytes);
  return heavy.length > 0 ? { ...NOTHING, snapshots: heavy } : { ...NOTHING, ...removeEvents(database, 'TRUE', []) };
}

function removeEvents(database: Database, condition: string, parameters: readonly number[]): { readonly events: number; readonly outgrown: number } {
  const doomed = `SELECT sequence FROM events WHERE ${condition} AND sequence NOT IN (SELECT sequence FROM open_events) ORDER BY sequence LIMIT ${ROWS_A_STEP}`;
  const outcome = database.transaction(() => {
    const removed = database
      .rows(`DELETE FROM events WHERE sequence IN (${doomed}) RETURNING sequence`, parameters)
      .map((row) => Number(row['sequence']));
    return { events: removed.length, outgrown: forgetMessages(database, removed) };
  });
  if (outcome.events > 0) database.rows(`PRAGMA incremental_vacuum(${PAGES_A_STEP})`);
  return outcome;
}

function removeScores(database: Database, beforeMs: number | null): number {
  const removed = pruneScores(database, beforeMs, SCORES_A_STEP);
  if (removed > 0) database.rows(`PRAGMA incremental_vacuum(${PAGES_A_STEP})`);
  return removed;
}

function snapshotsOldestFirst(database: Database, before: number): readonly string[] {
  const rows = database.rows(`SELECT event_id FROM snapshots WHERE saved_ms < ? ORDER BY saved_ms LIMIT ${ROWS_A_STEP}`, [before]);
  return rows.map((row) => String(row['event_id']));
}

function snapshotsUntil(database: Database, bytes: number): readonly string[] {
  let left = bytes;
  const chosen: string[] = [];
  for (const row of database.rows(`SELECT event_id, bytes + strip_bytes AS bytes FROM snapshots ORDER BY saved_ms LIMIT ${ROWS_A_STEP}`)) {
    if (left <= 0) break;
    left -= Number(row['bytes']);
    chosen.push(String(row['event_id']));
  }
  return chosen;
}

/** Pages in use: free ones are about to be given back, or will be used again. */
function bytesOfEvents(database: Database): number {
  const pages = numberIn(database, 'PRAGMA page_count', 'page_count') - numberIn(database, 'PRAGMA freelist_count', 'freelist_count');
  return pages * numberIn(database, 'PRAGMA page_size', 'page_size');
}
