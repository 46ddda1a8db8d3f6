import { type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import type { LabelEvent } from '../events/label-event.ts';
import type { TracedChunk } from '../events/score-trace.ts';
import { type Clock, delay } from '../util/clock.ts';
import { FramewatchError, messageOf } from '../util/errors.ts';
import { selectEvents } from './event-filter.ts';
import type { EventQuery } from './event-store.ts';
import { boundsOf, HISTORY_FILE, numberIn } from './history-database.ts';
import { MIGRATIONS } from './schema.ts';
import { selectScores, selectScoresWithin } from './score-trace-table.ts';
import { type Database, isCorruption, openReadOnly, sqliteCode } from './sqlite-database.ts';
import type { HistoryBounds } from './store-protocol.ts';

export interface HistoryReaderOptions {
  readonly stateDir: string;
  readonly clock: Clock;
}

const BUSY_TIMEOUT_MS = 500;
/** A file that is locked is tried again for so long. */
const PATIENCE_MS = 5_000;
const RETRY_MS = 50;

/**
 * The history for another process than the daemon, which may run meanwhile or not: it never creates, migrates or writes anything. A call throws
 * FramewatchError STORE_UNAVAILABLE (no file, no access, another version's file, locked for long) or STORE_CORRUPT.
 */
export class HistoryReader {
  readonly #options: HistoryReaderOptions;
  readonly #file: string;
  #opened: { readonly database: Database; readonly file: Stats } | null = null;

  constructor(options: HistoryReaderOptions) {
    this.#options = options;
    this.#file = join(options.stateDir, HISTORY_FILE);
  }

  facts(): Promise<HistoryBounds> {
    return this.#read(boundsOf);
  }

  /** With `after` oldest first, at most MAX_QUERY_LIMIT. */
  async query(query: EventQuery): Promise<readonly LabelEvent[]> {
    const { sql, parameters } = selectEvents(query);
    return this.#read((database) => database.rows(sql, parameters).map(eventOf));
  }

  /** All messages of one event, oldest first; empty when unknown. */
  course(id: string): Promise<readonly LabelEvent[]> {
    return this.#read((database) => database.rows('SELECT payload FROM events WHERE event_id = ? ORDER BY sequence', [id]).map(eventOf));
  }

  /** The score trace of a region in its order, behind the part `after` (0: from the start); `id` is that of the last part given. */
  scores(asked: {
    readonly camera: string;
    readonly region: string;
    readonly after: number;
    readonly most: number;
  }): Promise<{ readonly parts: readonly TracedChunk[]; readonly id: number }> {
    return this.#read((database) => selectScores(database, asked));
  }

  /** As `scores`, of those parts that touch a time (wall clock, ms; `untilMs` exclusive). */
  scoresWithin(asked: Parameters<typeof selectScoresWithin>[1]): Promise<ReturnType<typeof selectScoresWithin>> {
    return this.#read((database) => selectScoresWithin(database, asked));
  }

  /** Another file has taken the place of the one that is read (or it is gone): what is read is no longer the daemon's history. The next call opens what is there now. */
  reopenIfReplaced(): boolean {
    if (this.#opened === null) return false;
    const now = this.#stat();
    if (now && now.ino === this.#opened.file.ino && now.dev === this.#opened.file.dev) return false;
    this.close();
    return true;
  }

  close(): void {
    this.#opened?.database.close();
    this.#opened = null;
  }

  async #read<T>(work: (database: Database) => T): Promise<T> {
    const { clock } = this.#options;
    const end = clock.monotonicMs() + PATIENCE_MS;
    for (;;) {
      try {
        this.#opened ??= this.#open();
        return work(this.#opened.database);
      } catch (error) {
        const isBusy = sqliteCode(error).startsWith('SQLITE_BUSY');
        if (!isBusy || clock.monotonicMs() > end) {
          this.close();
          throw this.#fault(error);
        }
        await delay(clock, RETRY_MS, new AbortController().signal);
      }
    }
  }

  #open(): { readonly database: Database; readonly file: Stats } {
    const file = this.#stat();
    if (file === null) {
      throw new FramewatchError(
        'STORE_UNAVAILABLE',
        `There is no history: ${this.#file} does not exist. It is made when \`framewatch run\` starts with this stateDir.`,
      );
    }
    const database = openReadOnly(this.#file, BUSY_TIMEOUT_MS);
    try {
      const version = numberIn(database, 'PRAGMA user_version', 'user_version');
      if (version !== MIGRATIONS.length) throw otherVersion(this.#file, version);
      return { database, file };
    } catch (error) {
      database.close();
      throw error;
    }
  }

  #stat(): Stats | null {
    try {
      return statSync(this.#file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw this.#fault(error);
    }
  }

  #fault(error: unknown): FramewatchError {
    if (error instanceof FramewatchError) return error;
    const code = sqliteCode(error);
    if (isCorruption(error)) return new FramewatchError('STORE_CORRUPT', `${this.#file} is damaged (${code}): ${messageOf(error)}`, { cause: error });
    return new FramewatchError('STORE_UNAVAILABLE', `${this.#file} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

function otherVersion(file: string, version: number): FramewatchError {
  const advice =
    version > MIGRATIONS.length
      ? 'a newer Framewatch wrote it; use that one'
      : 'an older Framewatch wrote it; `framewatch run` of this version brings it up to date';
  return new FramewatchError('STORE_UNAVAILABLE', `${file} has schema version ${version}, this program reads ${MIGRATIONS.length}: ${advice}.`);
}

function eventOf(row: Readonly<Record<string, unknown>>): LabelEvent {
  return JSON.parse(String(row['payload'])) as LabelEvent;
}
