import type { DropReason, SlotSpec } from '../batching/batch.ts';
import type { CameraConfig } from '../config/config.ts';
import { type Coverage, type CoverageChange, type CoverageState, type CoverageView, coverageView, type Moment } from '../events/coverage.ts';
import { recoveredCoverage } from '../events/coverage-recovery.ts';
import { CoverageTracker } from '../events/coverage-tracker.ts';
import { RecordClock } from '../events/record-clock.ts';
import type { FrameFate } from '../events/verdict-window.ts';
import type { Publisher } from '../sinks/publisher.ts';
import type { CoverageQuery, CoverageStore } from '../store/coverage-store.ts';
import type { CameraStatus } from '../stream/camera-status.ts';
import { type Clock, isoTime, type Timer } from '../util/clock.ts';
import type { Logger } from '../util/logger.ts';

export interface CoverageRecordParts {
  /** Another `storeId`: it began anew, without what was recorded. */
  readonly history: { readonly coverage: CoverageStore; readonly storeId: string };
  readonly publisher: Pick<Publisher, 'publishCoverage'>;
  readonly metrics: CoverageObserver;
  /** People look at it. */
  readonly changed: (cameraId: string) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface CoverageObserver {
  coverage(camera: string, state: CoverageState): void;
}

const REVIEW_MS = 1_000;
/** Between two reviews: the process was stopped. */
const STOPPED_MS = 5_000;
/** So much of the time before a crash may be said to be lost in it. */
const HEARTBEAT_MS = 10_000;
/** So far may the record be ahead of the clock at a start, and nobody needs to look at the clock. */
const TOLD_LEAD_MS = 60_000;

const FATES: Readonly<Record<DropReason, Exclude<FrameFate, 'received' | 'judged'> | null>> = {
  superseded: 'overload',
  expired: 'overload',
  overload: 'overload',
  motion: 'motion',
  invalid: 'invalid',
  engine: 'engine',
  shutdown: null,
};

/** How every camera is covered, now and in the record: trackers in, store, MQTT, metrics and feed out. Owns one timer. No call throws or blocks. */
export class CoverageRecord {
  readonly #parts: CoverageRecordParts;
  readonly #trackers = new Map<string, CoverageTracker>();
  /** Of cameras that are configured, and not taken up yet. */
  readonly #waiting = new Map<string, Coverage>();
  #recordClock: RecordClock;
  #engineAvailable = true;
  #timer: Timer | null = null;
  #reviewedMono = 0;
  #beatMono = 0;
  #storeId = '';
  #closed = false;

  constructor(parts: CoverageRecordParts) {
    this.#parts = parts;
    this.#recordClock = new RecordClock(parts.clock.monotonicMs(), parts.clock.wallMs());
  }

  /** Goes on with the record of before, for these cameras; until they are taken up, they are blind. Throws FramewatchError STORE_UNAVAILABLE. */
  async start(cameras: readonly string[]): Promise<void> {
    const { history, clock, logger } = this.#parts;
    const before = await history.coverage.ends();
    // It may have been closed meanwhile: nobody would end the timer, and what is told now would stay.
    if (this.#closed) return;
    const endedAt = Math.max(before.aliveMs ?? 0, ...before.changes.map(({ since }) => since));
    const wall = clock.wallMs();
    const startAt = Math.max(wall, endedAt);
    if (endedAt - wall > TOLD_LEAD_MS) {
      const ends = isoTime(endedAt);
      logger.warn(
        { ends },
        `The record of coverage reaches to ${ends}, and the clock is behind: it goes on from there at half speed until they meet`,
      );
    }
    this.#recordClock = new RecordClock(clock.monotonicMs(), startAt);
    this.#storeId = history.storeId;
    const { changes, blind } = recoveredCoverage(before, cameras, startAt);
    for (const [id, coverage] of blind) {
      this.#waiting.set(id, coverage);
      this.#tell(id, coverage);
    }
    history.coverage.record(changes, Math.floor(startAt));
    this.#reviewedMono = this.#beatMono = clock.monotonicMs();
    this.#timer = clock.setTimer(REVIEW_MS, () => this.#review());
  }

  /** How a camera is covered now; null for one that is not configured. */
  of(cameraId: string): CoverageView | null {
    const coverage = this.#trackers.get(cameraId)?.coverage ?? this.#waiting.get(cameraId);
    return coverage ? coverageView(coverage) : null;
  }

  /** Up to here the record goes: now, on its clock, ms. */
  now(): number {
    return Math.floor(this.#moment().at);
  }

  /** See CoverageStore. */
  query(query: CoverageQuery): Promise<readonly CoverageChange[] | 'tooMany'> {
    return this.#parts.history.coverage.query(query);
  }

  /** A camera is taken up, or again with another configuration. */
  enter({ id, sampleFps, enabled, regions }: CameraConfig): void {
    const settings = { sampleFps, enabled, regions: regions.map((region) => region.id) };
    this.#change(id, (tracker, now) => tracker.reconfigured(settings, now));
    if (this.#trackers.has(id) || this.#closed) return;
    const now = this.#moment();
    const known = this.#waiting.get(id);
    const blind: Coverage = known ?? { state: 'blind', since: Math.floor(now.at), reason: 'start' };
    const tracker = new CoverageTracker(settings, blind, this.#engineAvailable, now);
    this.#trackers.set(id, tracker);
    this.#waiting.delete(id);
    const changes = tracker.review(now);
    this.#take(id, known ? changes : [blind, ...changes], now);
  }

  /** A camera left the configuration: its record ends. */
  leave(cameraId: string): void {
    if (!this.#trackers.delete(cameraId) || this.#closed) return;
    const since = this.now();
    this.#parts.history.coverage.record([{ camera: cameraId, since, state: null, reason: null }], since);
  }

  /** A frame that arrived at `receivedMono` got its verdict. */
  judged(cameraId: string, region: string, receivedMono: number): void {
    this.#change(cameraId, (tracker, now) => tracker.judged(region, { mono: receivedMono, at: now.at - (now.mono - receivedMono) }, now));
  }

  received(cameraId: string): void {
    this.#trackers.get(cameraId)?.received(this.#moment());
  }

  dropped({ cameraId, region }: SlotSpec, reason: DropReason): void {
    const fate = FATES[reason];
    if (fate !== null) this.#trackers.get(cameraId)?.dropped(region, fate, this.#moment());
  }

  /** A picture that came incomplete. */
  spoiled(cameraId: string): void {
    this.#trackers.get(cameraId)?.spoiled(this.#moment());
  }

  source(status: CameraStatus): void {
    this.#change(status.cameraId, (tracker, now) => tracker.source(status, now));
  }

  engine(available: boolean): void {
    this.#engineAvailable = available;
    this.#changeAll((tracker, now) => tracker.engine(available, now));
  }

  /** The daemon ends: nothing is watched any more. Idempotent. */
  close(): void {
    if (this.#closed) return;
    const hasBegun = this.#timer !== null;
    this.#timer?.cancel();
    this.#changeAll((tracker, now) => tracker.closed(now));
    this.#closed = true;
    // Before the record of before was read nothing may be added: not even that it holds up to now.
    if (!hasBegun) return;
    const since = this.now();
    const waiting = [...this.#waiting].filter(([, { reason }]) => reason !== 'shutdown');
    this.#parts.history.coverage.record(
      waiting.map(([camera]) => ({ camera, since, state: 'blind', reason: 'shutdown' })),
      since,
    );
  }

  #review(): void {
    const { clock, history } = this.#parts;
    this.#timer = clock.setTimer(REVIEW_MS, () => this.#review());
    this.#changeAll((tracker, now) => tracker.review(now));
    const nowMono = clock.monotonicMs();
    this.#reviewedMono = nowMono;
    if (nowMono - this.#beatMono < HEARTBEAT_MS) return;
    this.#beatMono = nowMono;
    history.coverage.record(this.#lostWithStore(), this.now());
  }

  /** The store was set aside as corrupt and began anew: it should at least know how things stand. */
  #lostWithStore(): readonly CoverageChange[] {
    const { storeId } = this.#parts.history;
    if (storeId === this.#storeId) return [];
    this.#storeId = storeId;
    return [...this.#waiting, ...[...this.#trackers].map(([id, { coverage }]) => [id, coverage] as const)].map(([camera, coverage]) => ({
      camera,
      ...coverage,
    }));
  }

  /** Now, on both clocks. What the clocks themselves tell, the trackers know before anything else that has come meanwhile. */
  #moment(): Moment {
    const { clock } = this.#parts;
    const { now, change } = this.#recordClock.read(clock.monotonicMs(), clock.wallMs());
    const wasStopped = now.mono - this.#reviewedMono > STOPPED_MS;
    if (this.#closed || (change === 'none' && !wasStopped)) return now;
    this.#reviewedMono = now.mono;
    for (const [id, tracker] of this.#trackers) {
      if (change === 'rewound') this.#take(id, tracker.rewound(now), now);
      if (change === 'leapt' || wasStopped) this.#take(id, tracker.suspended(now, change === 'leapt'), now);
    }
    return now;
  }

  #change(cameraId: string, work: (tracker: CoverageTracker, now: Moment) => readonly Coverage[]): void {
    const tracker = this.#trackers.get(cameraId);
    if (!tracker || this.#closed) return;
    const now = this.#moment();
    this.#take(cameraId, work(tracker, now), now);
  }

  #changeAll(work: (tracker: CoverageTracker, now: Moment) => readonly Coverage[]): void {
    if (this.#closed) return;
    const now = this.#moment();
    for (const [id, tracker] of this.#trackers) this.#take(id, work(tracker, now), now);
  }

  #take(camera: string, changes: readonly Coverage[], now: Moment): void {
    const newest = changes.at(-1);
    if (!newest) return;
    this.#parts.history.coverage.record(
      changes.map((change) => ({ camera, ...change })),
      Math.floor(now.at),
    );
    this.#tell(camera, newest);
    this.#parts.changed(camera);
  }

  #tell(camera: string, coverage: Coverage): void {
    const { publisher, metrics, logger } = this.#parts;
    const view = coverageView(coverage);
    publisher.publishCoverage({ camera, ...view });
    metrics.coverage(camera, coverage.state);
    logger.info({ camera, ...view }, `${camera}: ${view.state}${view.reason === null ? '' : ` (${view.reason})`} since ${view.since}`);
  }
}
