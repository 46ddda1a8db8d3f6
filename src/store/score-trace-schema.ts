/**
 * The score trace. `score_sessions.facts` is a TraceSession without its key as JSON, `score_chunks` one TraceChunk a row (see src/events/score-trace.ts);
 * their `id` is the order in which they were recorded, whatever the wall clock did.
 */
export const SCORE_TRACE_SCHEMA = `
  CREATE TABLE score_sessions (session INTEGER PRIMARY KEY, camera TEXT NOT NULL, region TEXT NOT NULL, facts TEXT NOT NULL) STRICT;
  CREATE TABLE score_chunks (
    id INTEGER PRIMARY KEY,
    session INTEGER NOT NULL,
    number INTEGER NOT NULL,
    from_ms INTEGER NOT NULL,
    to_ms INTEGER NOT NULL,
    frames INTEGER NOT NULL,
    labels TEXT NOT NULL,
    bytes BLOB NOT NULL,
    UNIQUE (session, number)
  ) STRICT;
  CREATE INDEX score_chunks_by_time ON score_chunks (to_ms);
  `;
