/** Finds the parts of a time without reading any: those of one session, by when they ended and began. */
export const SCORE_TRACE_INDEX_SCHEMA = 'CREATE INDEX score_chunks_by_session ON score_chunks (session, to_ms, from_ms);';
