import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { HistoryConfig } from '../config/config.ts';
import type { LabelEvent, UnsequencedEvent } from '../events/label-event.ts';
import type { Clock } from '../util/clock.ts';
import { FramewatchError, hasCode, messageOf } from '../util/errors.ts';
import type { Logger } from '../util/logger.ts';
import { AppendAdmission } from './append-admission.ts';
import type { CoverageStore } from './coverage-store.ts';
import type { EventQuery, EventStore } from './event-store.ts';
import { GroupCommit } from './group-commit.ts';
import type { ScoreTraceStore } from './score-trace-store.ts';
import { withSequence } from './sequence.ts';
import { SnapshotFiles } from './snapshot-files.ts';
import { SqliteCoverage } from './sqlite-coverage.ts';
import { SqliteScoreTrace } from './sqlite-score-trace.ts';
import { StoreThread } from './store-thread.ts';
import { WriteHealth } from './write-health.ts';

export interface SqliteEventStoreOptions {
  /** Made when it is missing. */
  readonly stateDir: string;
  /** Named to whoever finds the directory locked. */
  readonly instance: string;
  readonly history: HistoryConfig;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Told of every commit: how many events, how long it took, ms. */
  readonly committed?: (events: number, tookMs: number) => void;
}

const DAY_MS = 86_400_000;
/** For all of `close`, and for what then still waits to be written. */
const CLOSE_LIMIT_MS = 1_400;
const SETTLE_LIMIT_MS = 900;

/** The history on disk: SQLite in a worker thread, pictures as files beside it. */
export class SqliteEventStore implements EventStore {
  readonly #options: SqliteEventStoreOptions;
  readonly #thread: StoreThread;
  readonly #snapshots: SnapshotFiles;
  readonly #health: WriteHealth;
  readonly #coverage: SqliteCoverage;
  readonly #scores: SqliteScoreTrace;
  readonly #admission = new AppendAdmission();
  readonly #appends: GroupCommit<UnsequencedEvent, LabelEvent>;
  /** The newest commit, until it is known to be done: when its answer is lost with the worker, it must not be done twice. */
  #tried: { readonly events: readonly UnsequencedEvent[]; readonly after: number } | null = null;
  #closing: Promise<void> | null = null;

  private constructor(options: SqliteEventStoreOptions) {
    this.#options = options;
    this.#thread = new StoreThread(options);
    this.#snapshots = new SnapshotFiles(join(options.stateDir, 'snapshots'));
    const { clock } = options;
    this.#appends = new GroupCommit({
      clock,
      commit: (events) => this.#health.observe(() => this.#commit(events)),
      heals: (error) => !hasCode(error, 'INTERNAL'),
    });
    this.#coverage = new SqliteCoverage({ thread: this.#thread, clock, logger: options.logger });
    this.#scores = new SqliteScoreTrace({ thread: this.#thread, clock, logger: options.logger });
    this.#health = new WriteHealth({
      clock,
      probe: () => this.#thread.call('probe', null),
      changed: (fault) => this.#tell(fault),
    });
  }

  /**
   * Takes the lock of the state directory and opens the history. A corrupt one is set aside, and the log names the file.
   * Throws FramewatchError STORE_LOCKED (the message says who holds it) or STORE_UNAVAILABLE.
   */
  static async open(options: SqliteEventStoreOptions): Promise<SqliteEventStore> {
    const store = new SqliteEventStore(options);
    await onDisk(options.stateDir, () => mkdir(options.stateDir, { recursive: true, mode: 0o700 }));
    // The lock comes first: until it is ours, half-written pictures may be those of another daemon.
    await store.#thread.open();
    try {
      await onDisk(options.stateDir, () => store.#snapshots.prepare());
    } catch (error) {
      await store.close();
      throw error;
    }
    store.#health.start();
    return store;
  }

  get storeId(): string {
    return this.#thread.facts.storeId;
  }

  get lastSequence(): number {
    return this.#thread.facts.lastSequence;
  }

  get oldestSequence(): number {
    return this.#thread.facts.oldestSequence;
  }

  get coverage(): CoverageStore {
    return this.#coverage;
  }

  get scores(): ScoreTraceStore {
    return this.#scores;
  }

  get fault(): string | null {
    return this.#health.fault;
  }

  get waiting(): number {
    return this.#appends.waiting;
  }

  get lost(): number {
    return this.#admission.lost;
  }

  /** After `close`: the worker hangs in the disk. The process cannot end by itself then (its end waits for the worker): kill it. */
  get stuck(): boolean {
    return this.#closing !== null && this.#thread.alive;
  }

  async append(events: readonly UnsequencedEvent[]): Promise<readonly LabelEvent[]> {
    const admitted = this.#admission.admit(events, this.#appends.waiting);
    if (admitted.length === 0 && events.length > 0) {
      const waiting = `${this.#appends.waiting} messages wait for the disk`;
      throw new FramewatchError(
        'STORE_UNAVAILABLE',
        `The history has been unavailable for too long: ${waiting}, no more are kept. ${this.fault ?? ''}`,
      );
    }
    try {
      return await this.#appends.add(admitted);
    } catch (error) {
      this.#admission.giveUp(admitted);
      throw error;
    }
  }

  async query(query: EventQuery): Promise<readonly LabelEvent[]> {
    return parsed(await this.#thread.call('query', query));
  }

  async course(id: string): Promise<readonly LabelEvent[]> {
    return parsed(await this.#thread.call('course', { id }));
  }

  async openEvents(): Promise<readonly LabelEvent[]> {
    return parsed(await this.#thread.call('openEvents', null));
  }

  async saveSnapshot(id: string, jpeg: Uint8Array): Promise<void> {
    await this.#thread.call('registerSnapshot', { id, bytes: jpeg.byteLength, savedMs: this.#options.clock.wallMs() });
    try {
      await onDisk(this.#options.stateDir, () => this.#snapshots.write(id, jpeg));
    } catch (error) {
      // Not written: it must not count as bytes on disk. On a broken disk this fails, too, and retention corrects it later.
      await this.#thread.call('forgetSnapshots', { ids: [id] }).catch(() => null);
      throw error;
    }
  }

  loadSnapshot(id: string): Promise<Uint8Array | null> {
    return onDisk(this.#options.stateDir, () => this.#snapshots.read(id));
  }

  /** Step by step; appends that come meanwhile have their turn between two steps. */
  async prune(): Promise<{ readonly events: number; readonly snapshots: number }> {
    const { retentionDays, snapshotRetentionDays, scoreTraceDays, maxBytes } = this.#options.history;
    const now = this.#options.clock.wallMs();
    const limits = {
      eventsBefore: now - retentionDays * DAY_MS,
      snapshotsBefore: now - snapshotRetentionDays * DAY_MS,
      scoresBefore: now - scoreTraceDays * DAY_MS,
      maxBytes,
    };
    const removed = { events: 0, snapshots: 0 };
    while (this.#closing === null) {
      const step = await this.#thread.call('pruneStep', limits);
      if (step.events + step.coverage + step.scores === 0 && step.snapshots.length === 0) break;
      await onDisk(this.#options.stateDir, async () => {
        for (const id of step.snapshots) await this.#snapshots.remove(id);
      });
      if (step.snapshots.length > 0) await this.#thread.call('forgetSnapshots', { ids: step.snapshots });
      removed.events += step.events;
      removed.snapshots += step.snapshots.length;
    }
    return removed;
  }

  /** Writes what waits, if the disk lets it, and drops the lock. Resolves within 1.4 s; `stuck` tells if the worker did not end. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const { clock } = this.#options;
    const begunMono = clock.monotonicMs();
    this.#health.close();
    await Promise.all([this.#coverage.close(SETTLE_LIMIT_MS), this.#scores.close(SETTLE_LIMIT_MS), this.#appends.close(SETTLE_LIMIT_MS)]);
    await this.#thread.close(CLOSE_LIMIT_MS - (clock.monotonicMs() - begunMono));
  }

  async #commit(events: readonly UnsequencedEvent[]): Promise<readonly LabelEvent[]> {
    const { clock, committed } = this.#options;
    const begun = clock.monotonicMs();
    const after = this.#tried?.events === events ? this.#tried.after : this.lastSequence;
    this.#tried = { events, after };
    const { firstSequence } = await this.#thread.call('append', { events, after });
    this.#tried = null;
    committed?.(events.length, clock.monotonicMs() - begun);
    return events.map((event, index) => withSequence(event, firstSequence + index));
  }

  #tell(fault: string | null): void {
    const { logger } = this.#options;
    if (fault === null) logger.info({}, 'The history can be written again');
    else logger.error({ code: 'STORE_UNAVAILABLE', waiting: this.waiting }, `The history cannot be written; events wait and are not told. ${fault}`);
  }
}

function parsed({ payloads }: { readonly payloads: readonly string[] }): readonly LabelEvent[] {
  return payloads.map((payload) => JSON.parse(payload) as LabelEvent);
}

async function onDisk<T>(stateDir: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof FramewatchError) throw error;
    throw new FramewatchError('STORE_UNAVAILABLE', `State directory ${stateDir} is not usable: ${messageOf(error)}`, { cause: error });
  }
}
