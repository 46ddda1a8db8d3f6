/**
 * `outbox` names the messages of `events` that the broker has not acknowledged, each written in the transaction of its event. `dead_letters` names those that will
 * not be sent, and why; both go with their event.
 */
export const OUTBOX_SCHEMA = `
  CREATE TABLE outbox (sequence INTEGER PRIMARY KEY, added_ms INTEGER NOT NULL) STRICT;
  CREATE TABLE dead_letters (
    sequence INTEGER PRIMARY KEY,
    event_id TEXT NOT NULL,
    type TEXT NOT NULL,
    camera TEXT NOT NULL,
    topic TEXT NOT NULL,
    reason TEXT NOT NULL,
    detail TEXT NOT NULL,
    at_ms INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX dead_letters_by_event ON dead_letters (event_id);
`;
