import type { Database } from './sqlite-database.ts';
import type { StoreCalls } from './store-protocol.ts';

/** A row of `snapshots` stands for all pictures of an event: they are removed together. */
export const STRIP_SCHEMA = 'ALTER TABLE snapshots ADD COLUMN strip_bytes INTEGER NOT NULL DEFAULT 0;';

/** Counts the bytes of one picture of an event; those of the other stay. The age is that of the first. */
export function registerPicture(database: Database, { id, kind, bytes, savedMs }: StoreCalls['registerPicture']['arguments']): void {
  const column = kind === 'strip' ? 'strip_bytes' : 'bytes';
  database.run(
    `INSERT INTO snapshots (event_id, bytes, strip_bytes, saved_ms) VALUES (?, ?, ?, ?) ON CONFLICT (event_id) DO UPDATE SET ${column} = excluded.${column}`,
    [id, kind === 'snapshot' ? bytes : 0, kind === 'strip' ? bytes : 0, savedMs],
  );
}
