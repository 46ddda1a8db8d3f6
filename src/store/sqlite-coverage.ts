import type { CoverageChange } from '../events/coverage.ts';
import { type Clock, delay, type Timer } from '../util/clock.ts';
import { hasCode, messageOf } from '../util/errors.ts';
import type { Logger } from '../util/logger.ts';
import { CoverageBacklog } from './coverage-backlog.ts';
import type { CoverageEnds, CoverageQuery, CoverageStore } from './coverage-store.ts';
import type { StoreThread } from './store-thread.ts';

export interface SqliteCoverageOptions {
  readonly thread: Pick<StoreThread, 'call'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** After a write that failed. */
const PAUSE_MS = 5_000;

/** The record of coverage in the history's database: one write at a time, and again until it succeeds. One timer, owned here. */
export class SqliteCoverage implements CoverageStore {
  readonly #options: SqliteCoverageOptions;
  readonly #backlog = new CoverageBacklog();
  #aliveMs = 0;
  /** There is something to write, if only that the daemon lives. */
  #due = false;
  #writing: Promise<void> | null = null;
  #pause: Timer | null = null;
  #failing = false;
  #closed = false;

  constructor(options: SqliteCoverageOptions) {
    this.#options = options;
  }

  get unrecorded(): number {
    return this.#backlog.unrecorded;
  }

  record(changes: readonly CoverageChange[], aliveMs: number): void {
    if (this.#closed) return;
    const unrecorded = this.#backlog.unrecorded;
    this.#backlog.add(changes);
    if (unrecorded === 0 && this.#backlog.unrecorded > 0)
      this.#options.logger.error(
        { code: 'STORE_UNAVAILABLE' },
        'Too much of the record of coverage waits for the disk: the oldest is given up as unrecorded',
      );
    this.#aliveMs = aliveMs;
    this.#due = true;
    if (this.#pause === null) this.#writing ??= this.#write();
  }

  async query(query: CoverageQuery): Promise<readonly CoverageChange[] | 'tooMany'> {
    const { changes } = await this.#options.thread.call('coverage', query);
    // After the answer: the worker answers in order, so what was written before it read is no longer here, and what it wrote later still is.
    const waiting = this.#backlog.entries.filter(({ camera, since }) => since < query.untilMs && (query.camera ?? camera) === camera);
    return changes === null ? 'tooMany' : waiting.length === 0 ? changes : merged(changes, waiting);
  }

  ends(): Promise<CoverageEnds> {
    return this.#options.thread.call('coverageEnds', null);
  }

  /** Writes what waits, if the disk lets it within `limitMs`; takes nothing more. Idempotent. */
  async close(limitMs: number): Promise<void> {
    this.#closed = true;
    if (this.#pause !== null) {
      this.#pause.cancel();
      this.#pause = null;
      this.#writing ??= this.#write();
    }
    const settled = new AbortController();
    await Promise.race([this.#writing, delay(this.#options.clock, limitMs, settled.signal)]);
    settled.abort();
  }

  /** Until nothing is left to write, or a write failed. Never rejects. */
  async #write(): Promise<void> {
    const { thread, clock, logger } = this.#options;
    while (this.#due) {
      this.#due = false;
      const changes = this.#backlog.take();
      try {
        await thread.call('recordCoverage', { changes, aliveMs: this.#aliveMs });
        this.#backlog.written();
        this.#due ||= this.#backlog.entries.length > 0;
        if (this.#failing) logger.info({}, 'The record of coverage is written again');
        this.#failing = false;
      } catch (error) {
        this.#due = true;
        this.#fail(error, changes.length);
        if (!this.#closed) {
          this.#pause = clock.setTimer(PAUSE_MS, () => {
            this.#pause = null;
            this.#writing ??= this.#write();
          });
        }
        break;
      }
    }
    this.#writing = null;
  }

  #fail(error: unknown, entries: number): void {
    const { logger } = this.#options;
    // What is wrong in itself would be for ever.
    if (hasCode(error, 'INTERNAL')) {
      this.#backlog.written();
      logger.error({ err: error, entries }, 'Entries of the record of coverage cannot be written and are given up');
    } else if (!this.#failing) {
      logger.warn({ code: 'STORE_UNAVAILABLE' }, `The record of coverage cannot be written now; it waits in memory. ${messageOf(error)}`);
    }
    this.#failing = true;
  }
}

/** The written entries, which are in order, with what waits: later ones replace what is said of their time. By camera, oldest first. */
function merged(written: readonly CoverageChange[], waiting: readonly CoverageChange[]): readonly CoverageChange[] {
  const records = new Map<string, CoverageChange[]>();
  for (const change of [...written, ...waiting]) {
    const record = records.get(change.camera) ?? [];
    records.set(change.camera, record);
    // Thousands may be written, and frames pass through this thread: only the end of a record is looked at.
    for (let last = record.at(-1); last && last.since >= change.since; last = record.at(-1)) record.pop();
    record.push(change);
  }
  return [...records.values()].flat();
}
