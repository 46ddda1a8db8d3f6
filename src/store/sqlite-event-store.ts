import { mkdir } from 'node:fs/promises';
import type { HistoryConfig } from '../config/config.ts';
import type { LabelEvent, UnsequencedEvent } from '../events/label-event.ts';
import type { Clock } from '../util/clock.ts';
import { FramewatchError, hasCode } from '../util/errors.ts';
import type { Logger } from '../util/logger.ts';
import type { AnnouncementStore } from './announcement-store.ts';
import { AppendAdmission } from './append-admission.ts';
import type { CoverageStore } from './coverage-store.ts';
import type { EventQuery, EventStore } from './event-store.ts';
import { GroupCommit } from './group-commit.ts';
import { announcementStore, switchStore } from './kept-tables.ts';
import { onDisk } from './on-disk.ts';
import type { Outbox } from './outbox.ts';
import type { PictureKind } from './picture-kind.ts';
import type { ScoreTraceStore } from './score-trace-store.ts';
import { withSequence } from './sequence.ts';
import { SqliteCoverage } from './sqlite-coverage.ts';
import { SqliteOutbox } from './sqlite-outbox.ts';
import { SqlitePictures } from './sqlite-pictures.ts';
import { SqliteScoreTrace } from './sqlite-score-trace.ts';
import { StoreThread } from './store-thread.ts';
import type { SwitchStore } from './switch-store.ts';
import { WriteHealth } from './write-health.ts';

export interface SqliteEventStoreOptions {
  /** Made when it is missing. */
  readonly stateDir: string;
  /** Named to whoever finds the directory locked. */
  readonly instance: string;
  readonly history: HistoryConfig;
  /** Whether events go on to a broker: each is then in the outbox until it has it. Without, what waited of before is given up, as dead letters. */
  readonly keepsOutbox: boolean;
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
  readonly #pictures: SqlitePictures;
  readonly #health: WriteHealth;
  readonly #coverage: SqliteCoverage;
  readonly #outbox: SqliteOutbox;
  /** What the operator switched. */
  readonly switches: SwitchStore;
  /** What other programs were told. */
  readonly announcements: AnnouncementStore;
  readonly #scores: SqliteScoreTrace;
  readonly #admission = new AppendAdmission();
  readonly #appends: GroupCommit<UnsequencedEvent, LabelEvent>;
  /** The newest commit, until it is known to be done: when its answer is lost with the worker, it must not be done twice. */
  #tried: { readonly events: readonly UnsequencedEvent[]; readonly after: number } | null = null;
  #closing: Promise<void> | null = null;

  private constructor(options: SqliteEventStoreOptions) {
    this.#options = options;
    this.#thread = new StoreThread(options);
    this.#outbox = new SqliteOutbox(this.#thread);
    this.#pictures = new SqlitePictures({ ...options, thread: this.#thread });
    const { clock } = options;
    this.#appends = new GroupCommit({
      clock,
      commit: (events) => this.#health.observe(() => this.#commit(events)),
      heals: (error) => !hasCode(error, 'INTERNAL'),
    });
    this.switches = switchStore(this.#thread);
    this.announcements = announcementStore(this.#thread);
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
      await store.#pictures.prepare();
      if (!options.keepsOutbox) await store.#abandonOutbox();
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

  get outbox(): Outbox {
    return this.#outbox;
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

  saveSnapshot(id: string, jpeg: Uint8Array): Promise<void> {
    return this.#pictures.save(id, 'snapshot', jpeg);
  }

  loadSnapshot(id: string): Promise<Uint8Array | null> {
    return this.#pictures.load(id, 'snapshot');
  }

  saveStrip(id: string, jpeg: Uint8Array): Promise<void> {
    return this.#pictures.save(id, 'strip', jpeg);
  }

  loadStrip(id: string): Promise<Uint8Array | null> {
    return this.#pictures.load(id, 'strip');
  }

  keptPictures(ids: readonly string[]): Promise<ReadonlyMap<string, readonly PictureKind[]>> {
    return this.#pictures.kept(ids);
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
      await this.#pictures.remove(step.snapshots);
      removed.events += step.events;
      this.#outgrew(step.outgrown);
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
    const { firstSequence } = await this.#thread.call('append', { events, after, outboxMs: this.#options.keepsOutbox ? clock.wallMs() : null });
    this.#tried = null;
    committed?.(events.length, clock.monotonicMs() - begun);
    return events.map((event, index) => withSequence(event, firstSequence + index));
  }

  async #abandonOutbox(): Promise<void> {
    const { clock, logger } = this.#options;
    try {
      const abandoned = await this.#outbox.abandon('MQTT is switched off', clock.wallMs());
      if (abandoned > 0)
        logger.warn({ abandoned }, `MQTT is switched off: ${abandoned} messages that waited for the broker will not be sent; the history has them`);
    } catch (error) {
      logger.warn({ err: error }, 'the outbox could not be emptied; the next start tries it again');
    }
  }

  #outgrew(messages: number): void {
    if (messages === 0) return;
    this.#outbox.outgrew(messages);
    this.#options.logger.error(
      { code: 'STORE_UNAVAILABLE', messages, inAll: this.#outbox.outgrown },
      'history.maxBytes is too small for what waits for the broker: the oldest messages were removed unsent',
    );
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
