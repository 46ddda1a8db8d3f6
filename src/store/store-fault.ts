import { FramewatchError, messageOf } from '../util/errors.ts';
import { sqliteCode } from './sqlite-database.ts';
import type { StoreFailure } from './store-protocol.ts';

const ADVICE: readonly (readonly [code: RegExp, what: string])[] = [
  [/^(SQLITE_FULL|ENOSPC|EDQUOT)/, 'the disk is full: free some space'],
  [/^(SQLITE_READONLY|EROFS)/, 'the directory or the file is read-only: make it writable for this user'],
  [/^(SQLITE_(CANTOPEN|PERM|AUTH)|EACCES|EPERM)/, 'the file cannot be opened: look at the permissions of the directory'],
  [/^SQLITE_(CORRUPT|NOTADB)/, 'the file is corrupt: it will be set aside'],
  [/^SQLITE_BUSY/, 'another program holds the file locked: close it'],
  [/^SQLITE_IOERR/, 'the disk fails or is full: look at the system log'],
];

/** These the disk has no part in: the same call would fail for ever. */
const WRONG_IN_ITSELF = /^SQLITE_(CONSTRAINT|MISMATCH|TOOBIG|RANGE)/;

/** What the daemon is told of something that went wrong beside the database. */
export function storeFailure(stateDir: string, error: unknown): StoreFailure {
  if (error instanceof FramewatchError && (error.code === 'STORE_UNAVAILABLE' || error.code === 'STORE_LOCKED' || error.code === 'INTERNAL')) {
    return { code: error.code, message: error.message };
  }
  const code = sqliteCode(error) || systemCode(error);
  if (code === '' || WRONG_IN_ITSELF.test(code)) {
    return {
      code: 'INTERNAL',
      message: `The history in ${stateDir} cannot take this (${code || 'no code'}: ${messageOf(error)}): please report it.`,
    };
  }
  const advice = ADVICE.find(([pattern]) => pattern.test(code))?.[1] ?? 'unexpected';
  return {
    code: 'STORE_UNAVAILABLE',
    message: `The history in ${stateDir} is not available, ${advice} (${code}: ${messageOf(error)}). It is tried again by itself.`,
  };
}

/** After these the connection is given up and the next call opens the file anew; after others (a full disk, a lock) it is still good. */
export function breaksConnection(error: unknown): boolean {
  return /^SQLITE_(ERROR|IOERR|READONLY|CANTOPEN|CORRUPT|NOTADB|PERM|AUTH|MISUSE)/.test(sqliteCode(error));
}

function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
