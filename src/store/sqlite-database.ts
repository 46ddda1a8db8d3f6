import Sqlite from 'libsql';

/** The few calls of SQLite that the store makes; the only place that knows the package behind them. All are synchronous. */
export interface Database {
  run(sql: string, parameters?: readonly SqlValue[]): void;
  rows(sql: string, parameters?: readonly SqlValue[]): readonly Readonly<Record<string, unknown>>[];
  /** Several statements without parameters. */
  script(sql: string): void;
  /** All or nothing; the error of `work` comes out as it is. */
  transaction<T>(work: () => T): T;
  close(): void;
}

export type SqlValue = string | number | null | Uint8Array;

/** Opens or creates the file. `busyTimeoutMs`: how long a lock of somebody else is waited for. */
export function openDatabase(file: string, busyTimeoutMs: number): Database {
  return databaseOn(new Sqlite(file, { timeout: busyTimeoutMs }));
}

/** Opens a file that is there, and never writes to it. The package knows no such option; SQLite does, in the form of a URI. */
export function openReadOnly(file: string, busyTimeoutMs: number): Database {
  const path = encodeURI(file).replaceAll(/[?#]/g, encodeURIComponent);
  return databaseOn(new Sqlite(`file:${path}?mode=ro`, { timeout: busyTimeoutMs }));
}

function databaseOn(connection: InstanceType<typeof Sqlite>): Database {
  const prepare = (sql: string) => connection.prepare<[readonly SqlValue[]]>(sql);
  const prepared = new Map<string, ReturnType<typeof prepare>>();
  const statement = (sql: string) => {
    const known = prepared.get(sql) ?? prepare(sql);
    if (prepared.size < MAX_PREPARED) prepared.set(sql, known);
    return known;
  };
  return {
    run: (sql, parameters = []) => void statement(sql).run(parameters),
    rows: (sql, parameters = []) => statement(sql).all(parameters) as Record<string, unknown>[],
    script: (sql) => void connection.exec(sql),
    transaction(work) {
      connection.exec('BEGIN IMMEDIATE');
      try {
        const result = work();
        connection.exec('COMMIT');
        return result;
      } catch (error) {
        // SQLite itself rolls back on a full disk; then there is nothing left to roll back.
        if (connection.inTransaction) connection.exec('ROLLBACK');
        throw error;
      }
    },
    close: () => {
      prepared.clear();
      connection.close();
    },
  };
}

const MAX_PREPARED = 200;

/** SQLite's result code, such as `SQLITE_FULL` or `SQLITE_IOERR_FSYNC`; the package gives none when a file cannot be opened. */
export function sqliteCode(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return error instanceof Error && error.message.includes('Unable to open') ? 'SQLITE_CANTOPEN' : '';
}

/** The file's content is broken, as opposed to a fault of the disk or a lock. */
export function isCorruption(error: unknown): boolean {
  return /^SQLITE_(CORRUPT|NOTADB)/.test(sqliteCode(error));
}
