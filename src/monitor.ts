import path from 'node:path';
import type { CameraConfig, Config } from './config/config.ts';
import { int8HashOf } from './engine/models/model-preparation.ts';
import { encodeJpeg, encodeStrip } from './engine/picture.ts';
import { type EngineAvailability, EngineSupervisor } from './engine/process/engine-supervisor.ts';
import { eventIdSource } from './events/event-id.ts';
import type { LabelEvent } from './events/label-event.ts';
import { recoveredEnd } from './events/recovery.ts';
import { Feed } from './http/feed.ts';
import { HttpServer } from './http/http-server.ts';
import { NewestPictures } from './http/newest-pictures.ts';
import type { LiveCameras } from './live/live-cameras.ts';
import type { Announcements } from './monitor/announcements.ts';
import { type Batcher, openBatcher } from './monitor/batcher.ts';
import { Bounds } from './monitor/bounds.ts';
import { CameraFleet } from './monitor/camera-fleet.ts';
import { cameraSources, findFfmpeg } from './monitor/camera-sources.ts';
import { CameraSwitches } from './monitor/camera-switches.ts';
import { ConfigRecord, type ReloadResult } from './monitor/config-record.ts';
import { CostMemory } from './monitor/cost-memory.ts';
import { CoverageRecord } from './monitor/coverage-record.ts';
import { DaemonView } from './monitor/daemon-view.ts';
import { EventPictures } from './monitor/event-pictures.ts';
import { fullMotion } from './monitor/full-motion.ts';
import { healthMessage } from './monitor/health-message.ts';
import { openMqttSide } from './monitor/mqtt-side.ts';
import { cameraObserver, frameObserver, mqttObserver } from './monitor/observers.ts';
import { repeat } from './monitor/repeat.ts';
import { ScoreReader } from './monitor/score-reader.ts';
import { ScoreRecorder } from './monitor/score-recorder.ts';
import { ScoreTimelines } from './monitor/score-timelines.ts';
import type { TraceRecorder } from './monitor/trace-recorder.ts';
import { VerdictPath } from './monitor/verdict-path.ts';
import { SqliteEventStore } from './store/sqlite-event-store.ts';
import { ChildNotes } from './stream/child-notes.ts';
import { ConnectGate } from './stream/connect-gate.ts';
import { PictureMemory } from './stream/picture-memory.ts';
import { tcpProbe } from './stream/tcp-probe.ts';
import { Metrics } from './telemetry/metrics.ts';
import type { Clock } from './util/clock.ts';
import { builtEntryPoint } from './util/entry-point.ts';
import { FramewatchError } from './util/errors.ts';
import { type Closable, CloseStack } from './util/lifecycle.ts';
import type { Logger } from './util/logger.ts';
import type { Redactor } from './util/redactor.ts';

export interface MonitorOptions {
  readonly config: Config;
  readonly version: string;
  /** Where to ask for help, for other programs to show; none when left out. */
  readonly supportUrl?: string | null;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly redactor: Redactor;
  /** Told of each event after it was stored and published. */
  readonly onEvent?: (event: LabelEvent) => void;
  /** Writes down what the batcher sees; closed with the daemon. */
  readonly trace?: TraceRecorder | null;
}

/** Ending: each part, and all together, which have to be gone in 5 s. */
const CLOSE_LIMITS = { eachMs: 1500, totalMs: 4200 };
/** What waits or runs when the daemon ends is still judged, if the engine can in this time. */
const DRAIN_MS = 1200;
const FEED_STATS_MS = 1000;
const BOUNDS_REVIEW_MS = 1000;
const MQTT_STATS_MS = 30_000;
const PRUNE_MS = 3_600_000;
const COSTS_MS = 600_000;

/**
 * The whole daemon, in the order in which a frame passes through it: cameras → batcher → engine → verdicts → history → MQTT and WebSocket.
 * Built back to front, since each stage needs the one behind it; closed front to back, so that what is on its way arrives.
 */
export class Monitor implements Closable {
  readonly #options: MonitorOptions;
  readonly #opened = new CloseStack(CLOSE_LIMITS);
  readonly #metrics: Metrics;
  readonly #configuration: ConfigRecord;
  #batcher: Batcher | null = null;
  #bounds: Bounds | null = null;
  #coverage: CoverageRecord | null = null;
  #costs: CostMemory | null = null;
  #fleet: CameraFleet | null = null;
  #view: DaemonView | null = null;
  #http: HttpServer | null = null;
  #brokerUrl: string | null = null;
  #history: SqliteEventStore | null = null;
  #announcements: Announcements | null = null;
  #closed = false;

  constructor(options: MonitorOptions) {
    this.#options = options;
    this.#metrics = new Metrics(options.clock);
    this.#configuration = new ConfigRecord(options.config, options.clock);
  }

  /** The dashboard's address; null when HTTP is off. */
  get url(): string | null {
    return this.#http?.url ?? null;
  }

  /** Of the embedded broker; null when it is not used. */
  get brokerUrl(): string | null {
    return this.#brokerUrl;
  }

  isMakingProgress(): boolean {
    return this.#view?.liveness() ?? true;
  }

  /** Resolves when cameras are being watched. Throws what cannot heal by itself; call `close` then, too. */
  async start(): Promise<void> {
    const { config, version, clock, logger, redactor } = this.#options;
    this.#metrics.watchProcess();
    const startedMono = clock.monotonicMs();
    const memory = new PictureMemory();
    const ffmpeg = await findFfmpeg(config.ffmpeg, logger);
    const notes = new ChildNotes(clock);
    const openSource = cameraSources({ ffmpeg, hwaccel: config.ffmpeg.hwaccel, memory, clock, logger, redactor, notes });
    const history = await this.#openHistory();
    const switches = new CameraSwitches({ store: history.switches, clock, logger });
    await switches.load(config.cameras);
    this.#opened.push('switches', () => Promise.resolve(switches.close()));
    const { publisher, announcements, brokerUrl } = await openMqttSide({
      ...{ config, version, supportUrl: this.#options.supportUrl ?? null, history, opened: this.#opened, clock, logger },
      observer: mqttObserver(this.#metrics),
      switched: (id, enabled) => this.#switch(id, enabled),
      isUnjudged: (id) => this.#isUnjudged(id),
    });
    this.#announcements = announcements;
    this.#brokerUrl = brokerUrl;
    const feed = new Feed(history.lastSequence);
    const pictures = new NewestPictures(memory, encodeJpeg);
    const changed = (id: string) => {
      const camera = this.#view?.camera(id);
      if (camera) feed.camera(camera);
      live.refresh(id);
    };
    const gate = new ConnectGate(clock);
    const live = fullMotion({ ffmpeg, gate, cameras: () => this.#fleet?.cameras, metrics: this.#metrics, clock, logger, redactor });
    const coverage = new CoverageRecord({ history, publisher, metrics: this.#metrics, changed, clock, logger });
    this.#coverage = coverage;
    this.#opened.push('coverage', () => Promise.resolve(coverage.close()));
    await coverage.start(config.cameras.map(({ id }) => id));
    const frames = frameObserver(this.#metrics, coverage);
    const bounds = new Bounds({
      ...{ clock, logger, metrics: this.#metrics, changed },
      cameras: () => this.#fleet?.cameras.values() ?? [],
      costs: () => this.#batcher?.costs ?? null,
    });
    this.#bounds = bounds;
    const picturing = { store: history, publisher, pictures, memory, metrics: this.#metrics, clock, logger, encodeStrip };
    const scores = config.history.scoreTraceDays > 0 ? new ScoreRecorder({ store: history.scores, clock }) : null;
    const verdicts = new VerdictPath({
      ...{ store: history, publisher, feed, pictures, memory, metrics: frames, scores, clock, logger },
      publishClassifications: config.mqtt.classifications,
      eventPictures: config.history.snapshots ? new EventPictures(picturing) : null,
      isFeasible: (id) => bounds.isFeasible(id),
      onEvent: this.#options.onEvent ?? (() => undefined),
    });
    const engine = this.#engine();
    const fleet = new CameraFleet({
      supervision: {
        ...{ openSource, gate, probe: tcpProbe, clock, random: Math.random, log: logger },
        observer: cameraObserver(this.#metrics, coverage),
      },
      judging: {
        clock,
        newEventId: eventIdSource(),
        snapshots: config.history.snapshots,
        model: () => {
          const { model: name, sha256, backend, device, precision } = engine.info;
          return { name, sha256, backend, device, precision };
        },
      },
      ...{ verdicts, publisher, coverage, switches },
      scheduler: () => this.#requireBatcher().intake,
      changed,
      refused: (id) => this.#metrics.frameDroppedOf(id, 'shutdown'),
      forgotten: (id) => {
        coverage.leave(id);
        publisher.forgetCamera(id);
        live.refresh(id);
        notes.forget(id);
        return this.#metrics.forgetCamera(id);
      },
    });
    this.#fleet = fleet;
    const reader = new ScoreReader({ stateDir: config.stateDir, clock, logger });
    this.#opened.push('score reader', () => Promise.resolve(reader.close()));
    const timelines = new ScoreTimelines({
      ...{ recorder: scores, store: history.scores, reader, clock },
      configOf: (id) => fleet.cameras.get(id)?.config,
    });
    const view = new DaemonView({
      ...{ config, version, clock, startedMono, cameras: fleet.cameras, history, pictures, verdicts, bounds, coverage, publisher, engine, notes },
      scores: timelines,
      configuration: this.#configuration,
      setEnabled: (id, enabled) => fleet.setEnabled(id, enabled),
      scheduler: () => this.#batcher?.scheduler ?? null,
      metrics: this.#metrics,
    });
    this.#view = view;
    await this.#listen(view, feed, live);
    verdicts.recover((await history.openEvents()).map(recoveredEnd));

    await engine.start();
    const { trace = null } = this.#options;
    if (trace) this.#opened.push('trace', () => trace.close());
    const batcher = openBatcher({
      ...{ batching: config.batching, version, engine, clock, logger, metrics: this.#metrics, frames, memory, trace },
      deliver: (scores) => verdicts.deliver(scores),
    });
    this.#batcher = batcher;
    const costs = new CostMemory({
      config,
      engine,
      int8: int8HashOf(config.model, config, config.engine.precision),
      batcher: () => batcher,
      clock,
      logger,
    });
    this.#costs = costs;
    void costs.engineReady();
    this.#opened.push('costs', () => costs.update());
    // Front to back: no new frames, what waits is run, what was decided is stored and told.
    if (scores) {
      scores.start();
      this.#opened.push('scores', () => Promise.resolve(scores.close()));
    }
    this.#opened.push('verdicts', () => verdicts.settled());
    this.#opened.push('events', () => Promise.resolve(fleet.endEvents('shutdown')));
    this.#opened.push('batcher', () => batcher.scheduler.close(AbortSignal.timeout(DRAIN_MS)));
    this.#opened.push('cameras', () => fleet.close());
    this.#opened.push('full motion', () => live.close());
    if (this.#closed) return;
    fleet.start(config.cameras);
    void this.#announcements?.update(config.cameras);
    bounds.review();
    this.#every(BOUNDS_REVIEW_MS, () => bounds.review());
    this.#every(FEED_STATS_MS, () => feed.listeners > 0 && feed.stats(view.stats()));
    this.#every(MQTT_STATS_MS, () => {
      publisher.publishStats(view.stats());
      for (const camera of view.cameras()) publisher.publishHealth(camera.id, healthMessage(camera, clock.wallMs()));
    });
    const prune = () => void history.prune().catch((error: unknown) => logger.warn({ err: error }, 'old history could not be removed'));
    prune();
    this.#every(PRUNE_MS, prune);
    this.#every(COSTS_MS, () => costs.update());
    logger.info({ cameras: config.cameras.length, startMs: Math.round(clock.monotonicMs() - startedMono) }, 'watching');
  }

  /** After `close`: a thread hangs in a call of the system (a dead disk), and would keep the process from exiting. */
  get isStuck(): boolean {
    return this.#history?.stuck ?? false;
  }

  /** Applies the cameras of a changed configuration: only those that changed restart. */
  async reload(cameras: readonly CameraConfig[]): Promise<{ readonly added: number; readonly removed: number; readonly restarted: number }> {
    if (!this.#fleet || !this.#batcher) throw new FramewatchError('INTERNAL', 'a reload before the start has ended');
    const outcome = await this.#fleet.apply(cameras);
    this.#configuration.applied(cameras);
    await this.#announcements?.update(cameras);
    this.#bounds?.review();
    return outcome;
  }

  /** How a try to reload ended, for people to look at. */
  reloadEnded(result: ReloadResult): void {
    this.#configuration.reloadEnded(result);
  }

  /** Stops intake, finishes the batches, ends events, flushes, says `offline`. Idempotent; never rejects. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const { name, error } of await this.#opened.close()) {
      this.#options.logger.error({ err: error, part: name, code: 'SHUTDOWN_TIMEOUT' }, `${name} did not end in time`);
    }
  }

  async #openHistory(): Promise<SqliteEventStore> {
    const { config, clock, logger } = this.#options;
    const { stateDir, instance, history, mqtt } = config;
    const store = await SqliteEventStore.open({
      ...{ stateDir, instance, history, logger, clock, keepsOutbox: mqtt.enabled },
      committed: (_count, ms) => this.#metrics.committed(ms),
    });
    this.#history = store;
    this.#opened.push('history', () => store.close());
    return store;
  }

  #engine(): EngineSupervisor {
    const { config, clock, logger } = this.#options;
    const { model, modelsDir, stateDir, batching } = config;
    const engine = new EngineSupervisor({
      entryPoint: builtEntryPoint(import.meta.url, path.join('engine', 'process', 'engine-main')),
      init: { model, modelsDir, stateDir, ...config.engine, batchSizes: batching.allowedBatchSizes, features: false },
      ...{ clock, log: logger },
      onAvailability: (change) => this.#engineChanged(change),
      onRestart: () => this.#metrics.engineRestarted(),
    });
    this.#opened.push('engine', () => engine.close());
    return engine;
  }

  #engineChanged(change: EngineAvailability): void {
    if (change.available) {
      this.#metrics.engineInfo(change.info);
      this.#batcher?.setLadder(change.info.batchSizes, change.info.costMs);
      void this.#costs?.engineReady();
    }
    this.#batcher?.engineAvailable(change.available);
    this.#coverage?.engine(change.available);
  }

  async #listen(view: DaemonView, feed: Feed, live: LiveCameras): Promise<void> {
    const { config, clock, logger, redactor } = this.#options;
    if (!config.http.enabled) return;
    const http = new HttpServer({ config: config.http, view, feed, live, clock, observer: this.#metrics, logger, redactor });
    this.#http = http;
    this.#opened.push('http', () => http.close());
    await http.start();
  }

  /** False: there is no such camera (yet). */
  #switch(cameraId: string, enabled: boolean): boolean {
    if (this.#fleet?.cameras.has(cameraId) !== true) return false;
    void this.#fleet.setEnabled(cameraId, enabled);
    return true;
  }

  /** A camera of ours that has not been judged in this life. */
  #isUnjudged(cameraId: string): boolean {
    const isOurs = this.#fleet?.cameras.has(cameraId) === true || this.#options.config.cameras.some(({ id }) => id === cameraId);
    return isOurs && (this.#view?.camera(cameraId)?.sequence ?? null) === null;
  }

  #requireBatcher(): Batcher {
    if (!this.#batcher) throw new FramewatchError('INTERNAL', 'a camera was added before the engine was ready');
    return this.#batcher;
  }

  #every(periodMs: number, work: () => unknown): void {
    const cancel = repeat(this.#options.clock, periodMs, work);
    this.#opened.push('timer', () => Promise.resolve(cancel()));
  }
}
