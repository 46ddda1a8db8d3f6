import type { BatchScheduler } from '../batching/scheduler.ts';
import type { Config } from '../config/config.ts';
import type { EngineSupervisor } from '../engine/process/engine-supervisor.ts';
import { UNVERIFIED } from '../engine/self-test/sanity-self-test.ts';
import { cameraLog } from '../http/camera-log.ts';
import { cameraView } from '../http/camera-view.ts';
import type { CameraLog, CameraView, ConfigurationView, MonitorView, OutboxView, Picture, Readiness, SwitchOutcome } from '../http/monitor-view.ts';
import type { NewestPictures } from '../http/newest-pictures.ts';
import type { Publisher } from '../sinks/publisher.ts';
import type { SqliteEventStore } from '../store/sqlite-event-store.ts';
import type { ChildNotes } from '../stream/child-notes.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { type Stats, statsOf } from '../telemetry/stats.ts';
import type { Clock } from '../util/clock.ts';
import type { Bounds } from './bounds.ts';
import type { CameraWatch } from './camera-watch.ts';
import type { ConfigRecord } from './config-record.ts';
import type { CoverageRecord } from './coverage-record.ts';
import type { ScoreTimelines } from './score-timelines.ts';
import type { VerdictPath } from './verdict-path.ts';

export interface DaemonViewParts {
  readonly config: Config;
  readonly configuration: ConfigRecord;
  readonly version: string;
  readonly clock: Clock;
  readonly startedMono: number;
  readonly cameras: ReadonlyMap<string, CameraWatch>;
  readonly setEnabled: (cameraId: string, enabled: boolean) => Promise<SwitchOutcome | null>;
  readonly history: SqliteEventStore;
  readonly pictures: NewestPictures;
  readonly verdicts: VerdictPath;
  readonly bounds: Bounds;
  readonly coverage: CoverageRecord;
  readonly scores: ScoreTimelines;
  readonly publisher: Publisher;
  readonly engine: EngineSupervisor;
  /** Null until the engine told what batches cost. */
  readonly scheduler: () => BatchScheduler | null;
  readonly metrics: Metrics;
  readonly notes: ChildNotes;
}

/** Frames wait and the engine is there, yet no batch came back for so long: something is stuck. */
const STUCK_MS = 30_000;
/** systemd and container checks look every 15 s; a longer pause means that nobody looked, or that this process did not run. */
const LONGEST_LOOK_MS = 20_000;

/** What HTTP, WebSocket and systemd may know of the running daemon. */
export class DaemonView implements MonitorView {
  readonly #parts: DaemonViewParts;
  readonly version: string;
  readonly history: SqliteEventStore;
  readonly coverage: CoverageRecord;
  readonly scores: ScoreTimelines;
  readonly outbox: OutboxView;
  #stuckMs = 0;
  #lookedMono = Number.POSITIVE_INFINITY;
  #seenCompletion: number | null = null;

  constructor(parts: DaemonViewParts) {
    this.#parts = parts;
    this.version = parts.version;
    this.history = parts.history;
    this.coverage = parts.coverage;
    this.scores = parts.scores;
    this.outbox = parts.history.outbox;
  }

  cameras(): readonly CameraView[] {
    return [...this.#parts.cameras.keys()].map((id) => this.camera(id)).filter((view) => view !== undefined);
  }

  camera(id: string): CameraView | undefined {
    const { cameras, verdicts, bounds, coverage, metrics } = this.#parts;
    const watch = cameras.get(id);
    return watch && cameraView(watch.config, watch.enabled, watch.status, verdicts.stateOf(id), bounds.view(id), coverage.of(id), metrics.camera(id));
  }

  cameraLog(id: string): CameraLog | null {
    return this.#parts.cameras.has(id) ? cameraLog(id, this.#parts.notes.of(id)) : null;
  }

  setEnabled(cameraId: string, enabled: boolean): Promise<SwitchOutcome | null> {
    return this.#parts.setEnabled(cameraId, enabled);
  }

  newestPicture(cameraId: string): Promise<Picture | null> {
    return this.#parts.pictures.picture(cameraId);
  }

  stats(): Stats & Record<string, unknown> {
    const { clock, startedMono, version, metrics, engine, history, publisher, config } = this.#parts;
    const { rss, heapUsed } = process.memoryUsage();
    return {
      ...statsOf({
        wallMs: clock.wallMs(),
        uptimeMs: clock.monotonicMs() - startedMono,
        version,
        cameras: this.cameras(),
        totals: metrics.totals(),
        engine: this.#parts.scheduler() ? engine.info : null,
        history,
        outbox: this.#outboxFigures(),
        mqtt: config.mqtt.enabled ? { connected: publisher.connected, error: publisher.lastError } : null,
        memory: { rss, heapUsed },
      }),
      eventsLost: this.#parts.verdicts.lostEvents,
      coverageUnrecorded: history.coverage.unrecorded,
      scoreFramesLost: history.scores.lostFrames,
      faults: this.#faults(),
    };
  }

  configuration(): ConfigurationView {
    return this.#parts.configuration.view();
  }

  readiness(): Readiness {
    const { engine } = this.#parts;
    const faults = this.#faults();
    const notes = engine.available
      ? [engine.info.fallback, engine.info.selfTest === 'sanity' ? UNVERIFIED : null].filter((note) => note !== null)
      : [];
    return { ready: faults.length === 0, reasons: [...faults, ...notes] };
  }

  /** Batches move, or there is none to move: what the watchdog lives on. Time in which this process itself was stopped hardly counts. */
  liveness(): boolean {
    const progress = this.#parts.scheduler()?.progress;
    if (!progress) return true;
    const now = this.#parts.clock.monotonicMs();
    // While the engine is away its supervisor is at work: batches that wait for it are not stuck.
    const hasWork = progress.engineAvailable && (progress.inFlight > 0 || progress.waiting > 0);
    if (hasWork && progress.lastCompletedMono === this.#seenCompletion)
      this.#stuckMs += Math.max(0, Math.min(now - this.#lookedMono, LONGEST_LOOK_MS));
    else this.#stuckMs = 0;
    this.#seenCompletion = progress.lastCompletedMono;
    this.#lookedMono = now;
    return this.#stuckMs < STUCK_MS;
  }

  metrics(): Promise<string> {
    const { metrics } = this.#parts;
    const { depth, oldestSeconds } = this.#outboxFigures();
    metrics.outbox(depth, oldestSeconds);
    return metrics.text();
  }

  /** Why it is not ready; empty when it is. */
  #faults(): readonly string[] {
    const { engine, history } = this.#parts;
    const faults: string[] = [];
    if (this.#parts.scheduler() === null) faults.push('the network is being loaded');
    else if (!engine.available) faults.push(`the engine is away: ${engine.reason.message}`);
    if (history.fault !== null) faults.push(`the history cannot be written: ${history.fault}`);
    return faults;
  }

  #outboxFigures(): { readonly depth: number; readonly oldestSeconds: number } {
    const { depth, oldestMs } = this.outbox;
    return { depth, oldestSeconds: oldestMs === null ? 0 : Math.max(0, this.#parts.clock.wallMs() - oldestMs) / 1000 };
  }
}
