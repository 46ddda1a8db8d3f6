import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FramewatchError } from '../util/errors.ts';
import { openDatabase, sqliteCode } from './sqlite-database.ts';

export interface LockHolder {
  readonly pid: number;
  readonly instance: string;
  /** ISO 8601. */
  readonly since: string;
}

export interface StateLock {
  release(): void;
}

const LOCK_FILE = 'daemon.lock';
const HOLDER_FILE = 'daemon.lock.json';

/**
 * One daemon a state directory. The lock is a transaction held open on an SQLite file of its own: the kernel drops it with the
 * process, however that ends, and other programs can still read the history. Who holds it stands in a second file: reading the
 * first one in this process would drop the lock (POSIX locks go with any descriptor of the file).
 *
 * Throws FramewatchError STORE_LOCKED.
 */
export function lockStateDirectory(stateDir: string, holder: LockHolder): StateLock {
  const lock = openDatabase(join(stateDir, LOCK_FILE), 0);
  try {
    lock.script('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if (sqliteCode(error) !== 'SQLITE_BUSY') throw error;
    throw new FramewatchError(
      'STORE_LOCKED',
      `State directory ${stateDir} is in use by ${describeHolder(stateDir)}. Stop that daemon, or give this one a stateDir of its own.`,
      { cause: error },
    );
  }
  nameHolder(join(stateDir, HOLDER_FILE), holder);
  return { release: () => lock.close() };
}

/** For people only: a disk that is full must not keep the daemon from its cameras. */
function nameHolder(file: string, holder: LockHolder): void {
  try {
    writeFileSync(`${file}.tmp`, `${JSON.stringify(holder)}\n`, { mode: 0o600 });
    renameSync(`${file}.tmp`, file);
  } catch {
    // Nobody is named, rather than the one of before. What is written next says what is wrong with the disk.
    forget(file);
    forget(`${file}.tmp`);
  }
}

function forget(file: string): void {
  try {
    rmSync(file, { force: true, recursive: true });
  } catch {
    // A disk that is read-only.
  }
}

function describeHolder(stateDir: string): string {
  try {
    const { pid, instance, since } = JSON.parse(readFileSync(join(stateDir, HOLDER_FILE), 'utf8')) as LockHolder;
    return `process ${pid} (instance ${instance}, since ${since})`;
  } catch {
    return 'another process';
  }
}
