import { KEPT_SCHEMA } from './kept-schema.ts';
import { OUTBOX_SCHEMA } from './outbox-schema.ts';
import { SCORE_TRACE_INDEX_SCHEMA } from './score-trace-index-schema.ts';
import { SCORE_TRACE_SCHEMA } from './score-trace-schema.ts';
import { STRIP_SCHEMA } from './strip-schema.ts';

/**
 * The database's versions: entry n brings version n to n + 1 (`user_version`). Entries are never changed once released, only added.
 *
 * `events.sequence` is AUTOINCREMENT: SQLite keeps the highest one ever given in `sqlite_sequence`, so that none comes twice, even
 * after everything was pruned. `payload` is the published JSON, byte by byte; the other columns are what is searched for.
 * `open_events` names the newest message of each event without an end. `snapshots` lists files before they are written, so that
 * no file is without an owner; `strip_bytes` is the second file of such a row. `coverage` holds changes, not intervals: each lasts until the camera's next one, so there is neither hole nor overlap;
 * no state: the camera's record ends there. `meta.coverageAlive`: when the daemon that writes it was last known to live.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE events (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    event_id TEXT NOT NULL,
    type TEXT NOT NULL,
    camera TEXT NOT NULL,
    rule TEXT NOT NULL,
    label TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    payload TEXT NOT NULL
  ) STRICT;
  CREATE INDEX events_by_id ON events (event_id, sequence);
  CREATE INDEX events_by_camera ON events (camera, sequence);
  CREATE INDEX events_by_time ON events (at_ms);
  CREATE TABLE open_events (event_id TEXT PRIMARY KEY, sequence INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE snapshots (event_id TEXT PRIMARY KEY, bytes INTEGER NOT NULL, saved_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE INDEX snapshots_by_time ON snapshots (saved_ms);
  `,
  `
  CREATE TABLE coverage (
    camera TEXT NOT NULL,
    since_ms INTEGER NOT NULL,
    state TEXT,
    reason TEXT,
    PRIMARY KEY (camera, since_ms)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX coverage_by_time ON coverage (since_ms);
  `,
  OUTBOX_SCHEMA,
  KEPT_SCHEMA,
  STRIP_SCHEMA,
  SCORE_TRACE_SCHEMA,
  SCORE_TRACE_INDEX_SCHEMA,
];
