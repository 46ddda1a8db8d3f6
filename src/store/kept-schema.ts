/**
 * What the operator chose and what other programs were told, which has to outlive the daemon. `switches`: cameras that were switched, and what the
 * file said then. `announced`: what the broker keeps in our name, a row a camera or bridge, as JSON.
 */
export const KEPT_SCHEMA = `
  CREATE TABLE switches (camera TEXT PRIMARY KEY, enabled INTEGER NOT NULL, configured INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE announced (name TEXT PRIMARY KEY, content TEXT NOT NULL) STRICT, WITHOUT ROWID;
  `;
