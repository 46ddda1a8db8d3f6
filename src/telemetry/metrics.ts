import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Batch, BatchEntry, BatchingObserver, BatchTiming, DropReason } from '../batching/batch.ts';
import type { EngineInfo } from '../engine/engine.ts';
import type { CoverageState } from '../events/coverage.ts';
import type { LabelEventType, LatencyLedger } from '../events/label-event.ts';
import type { CameraNumbers, HttpObserver, WebsocketDropReason } from '../http/monitor-view.ts';
import type { RestartReason } from '../stream/camera-status.ts';
import type { Clock } from '../util/clock.ts';
import { CameraTally } from './camera-tally.ts';
import { type TotalNumbers, Totals } from './totals.ts';

const LATENCY_BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 30];
const STEP_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const ACKNOWLEDGE_BUCKETS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30, 120, 600, 3600];
const BATCH_BUCKETS = [1, 2, 4, 8, 12, 16, 24, 32, 48, 64, 128, 256, 512, 1024];
const COVERAGE_STATES: readonly CoverageState[] = ['watching', 'reduced', 'blind'];
/** Frames that were given up for these reasons should have had a verdict. `invalid` and `motion` never can; after `shutdown` nobody waits. */
const GIVEN_UP: ReadonlySet<DropReason> = new Set<DropReason>(['superseded', 'expired', 'overload', 'engine']);

/**
 * Every number the daemon knows of itself: each is told once, here, and read as Prometheus text, by camera, or in total. Memory is bounded by
 * cameras × rules × reasons. A registry of its own: two daemons in one process (tests) do not mix.
 */
export class Metrics implements BatchingObserver, HttpObserver {
  readonly #clock: Clock;
  readonly #registry = new Registry();
  readonly #totals: Totals;
  readonly #tallies = new Map<string, CameraTally>();
  readonly #prometheus: Prometheus;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#totals = new Totals(clock);
    this.#prometheus = instruments(this.#registry);
  }

  /** Adds CPU, memory, event loop and garbage collection of the process. Once a process: their probes cannot be taken away again. */
  watchProcess(): void {
    collectDefaultMetrics({ register: this.#registry });
  }

  frameReceived(camera: string): void {
    this.#prometheus.framesReceived.inc({ camera });
    this.#tally(camera).received();
    this.#totals.received();
  }

  /** One verdict: of a region of a frame. Counts a missed deadline when the ledger shows one. */
  frameClassified(camera: string, ledger: LatencyLedger): void {
    this.#prometheus.framesClassified.inc({ camera });
    this.#prometheus.latency.observe({ camera }, ledger.total / 1000);
    this.#prometheus.queue.observe(ledger.queue / 1000);
    if (ledger.total > ledger.bound) this.#prometheus.deadlineMissed.inc({ camera });
    this.#tally(camera).classified(ledger);
    this.#totals.classified(ledger);
  }

  /**
   * A frame that is given up when its camera has waited for a verdict longer than the bound is a missed deadline, as much as a verdict that comes late: nothing is gained by
   * dropping. The wait counts from the first frame that had none, so a fast camera that replaces its own frames does not hide an engine that is away.
   */
  frameDropped(entry: BatchEntry, reason: DropReason): void {
    const camera = entry.slot.cameraId;
    this.frameDroppedOf(camera, reason);
    if (!GIVEN_UP.has(reason) || this.#clock.monotonicMs() <= entry.deadlineMono) return;
    this.#prometheus.deadlineMissed.inc({ camera });
    this.#tally(camera).missed();
  }

  /** For frames that are dropped before they reach a slot. */
  frameDroppedOf(camera: string, reason: DropReason): void {
    this.#prometheus.framesDropped.inc({ camera, reason });
    this.#tally(camera).dropped(reason);
  }

  batchFormed(batch: Batch): void {
    this.#prometheus.batchSize.observe(batch.entries.length);
    this.#prometheus.batchFlush.inc({ reason: batch.flushReason });
    this.#totals.batchFormed(batch);
  }

  batchDone(timing: BatchTiming): void {
    this.#prometheus.inference.observe(timing.inferenceMs / 1000);
    this.#totals.batchDone(timing);
  }

  cameraUp(camera: string, up: boolean): void {
    this.#prometheus.cameraUp.set({ camera }, up ? 1 : 0);
    this.#tally(camera);
  }

  coverage(camera: string, state: CoverageState): void {
    for (const each of COVERAGE_STATES) this.#prometheus.coverage.set({ camera, state: each }, each === state ? 1 : 0);
  }

  cameraRestarted(camera: string, reason: RestartReason): void {
    this.#prometheus.cameraRestarts.inc({ camera, reason });
  }

  event(camera: string, rule: string, type: LabelEventType): void {
    this.#prometheus.events.inc({ camera, rule, type });
    this.#totals.event();
  }

  /** The transaction that stored events took `ms`. */
  committed(ms: number): void {
    this.#prometheus.commit.observe(ms / 1000);
    this.#totals.committed(ms);
  }

  /** From the publish of an event until the broker acknowledged it. */
  acknowledged(ms: number): void {
    this.#prometheus.puback.observe(ms / 1000);
    this.#totals.acknowledged(ms);
  }

  outbox(depth: number, oldestSeconds: number): void {
    this.#prometheus.outboxDepth.set(depth);
    this.#prometheus.outboxOldest.set(oldestSeconds);
  }

  /** An MQTT message that was given up before the broker had it. */
  mqttDropped(kind: string, reason: string): void {
    this.#prometheus.mqttDropped.inc({ kind, reason });
  }

  /** Messages of events that were decided and could not be stored: nobody will get them. */
  eventsLost(count: number): void {
    this.#prometheus.eventsLost.inc(count);
  }

  mqttConnected(connected: boolean): void {
    this.#prometheus.mqttConnected.set(connected ? 1 : 0);
  }

  /** Whether an idle engine could keep the camera's bound, and the least that could be kept. */
  boundJudged(camera: string, feasible: boolean, smallestMs: number): void {
    this.#prometheus.boundFeasible.set({ camera }, feasible ? 1 : 0);
    this.#prometheus.smallestBound.set({ camera }, smallestMs / 1000);
  }

  /** What runs now; replaces what ran before. */
  engineInfo({ backend, device, precision, model }: EngineInfo): void {
    this.#prometheus.engineInfo.reset();
    this.#prometheus.engineInfo.set({ backend, device, precision, model }, 1);
  }

  /** The network itself ran for `ms`, measured beside it: over wall time, the share in which it was busy. */
  engineRan(ms: number): void {
    this.#prometheus.engineBusy.inc(ms / 1000);
  }

  /** A process was started in place of another: also when it then dies before it is ready. */
  engineRestarted(): void {
    this.#prometheus.engineRestarts.inc();
    this.#totals.engineRestarted();
  }

  websocketClients(count: number): void {
    this.#prometheus.websocketClients.set(count);
    this.#totals.websocketClients(count);
  }

  websocketDropped(reason: WebsocketDropReason): void {
    this.#prometheus.websocketDropped.inc({ reason });
    this.#totals.websocketDropped(reason);
  }

  /** Of a camera that left the configuration: its series end. */
  async forgetCamera(camera: string): Promise<void> {
    this.#tallies.delete(camera);
    const { framesReceived, framesClassified, framesDropped, cameraUp, cameraRestarts, deadlineMissed, events } = this.#prometheus;
    for (const state of COVERAGE_STATES) this.#prometheus.coverage.remove({ camera, state });
    for (const metric of [this.#prometheus.latency, this.#prometheus.boundFeasible, this.#prometheus.smallestBound]) metric.remove({ camera });
    for (const metric of [framesReceived, framesClassified, framesDropped, cameraUp, cameraRestarts, deadlineMissed, events]) {
      const { values } = await metric.get();
      for (const { labels } of values) if (labels['camera'] === camera) metric.remove(labels);
    }
  }

  /** All zeros for a camera that was never heard of. */
  camera(camera: string): CameraNumbers {
    return (this.#tallies.get(camera) ?? new CameraTally(this.#clock)).numbers();
  }

  totals(): TotalNumbers {
    return this.#totals.numbers();
  }

  /** Prometheus text exposition. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  #tally(camera: string): CameraTally {
    let tally = this.#tallies.get(camera);
    if (!tally) {
      tally = new CameraTally(this.#clock);
      this.#tallies.set(camera, tally);
    }
    return tally;
  }
}

type Prometheus = ReturnType<typeof instruments>;

function instruments(registry: Registry) {
  const registers = [registry];
  const counter = (name: string, help: string, ...labelNames: string[]) =>
    new Counter<string>({ name: `framewatch_${name}`, help, labelNames, registers });
  const gauge = (name: string, help: string, ...labelNames: string[]) =>
    new Gauge<string>({ name: `framewatch_${name}`, help, labelNames, registers });
  const histogram = (name: string, help: string, buckets: number[], ...labelNames: string[]) =>
    new Histogram<string>({ name: `framewatch_${name}`, help, buckets, labelNames, registers });
  return {
    framesReceived: counter('frames_received_total', 'Frames that left the decoder', 'camera'),
    framesClassified: counter('frames_classified_total', 'Verdicts of the network, one a region of a frame', 'camera'),
    framesDropped: counter('frames_dropped_total', 'Frames that got no verdict, one a region of a frame, by reason', 'camera', 'reason'),
    cameraUp: gauge('camera_up', '1 while frames arrive', 'camera'),
    coverage: gauge('camera_coverage', '1 for the state that the camera is in: watching, reduced or blind', 'camera', 'state'),
    cameraRestarts: counter('camera_restarts_total', 'Sources started again, by reason', 'camera', 'reason'),
    batchSize: histogram('batch_size', 'Pictures (regions of frames) a batch, without padding', BATCH_BUCKETS),
    batchFlush: counter('batch_flush_total', 'Batches by why they started when they did', 'reason'),
    queue: histogram('queue_seconds', 'Seconds that a judged picture waited, for its batch and for the engine', STEP_BUCKETS),
    inference: histogram(
      'inference_seconds',
      'Seconds of a batch in the engine: the network, and the way of pixels there and of scores back; batches that ran in one go',
      STEP_BUCKETS,
    ),
    latency: histogram(
      'latency_seconds',
      'Seconds from the arrival of the packet that carries the picture to the decision',
      LATENCY_BUCKETS,
      'camera',
    ),
    commit: histogram('commit_seconds', 'Seconds of the transaction that stores events', STEP_BUCKETS),
    puback: histogram('puback_seconds', 'Seconds from publishing an event to the acknowledgement of the broker', ACKNOWLEDGE_BUCKETS),
    deadlineMissed: counter(
      'deadline_missed_total',
      'Verdicts later than the bound of their camera, and frames given up when it had waited longer than that for one',
      'camera',
    ),
    boundFeasible: gauge('bound_feasible', '1 when an idle engine could keep the bound of the camera, 0 when no load is low enough', 'camera'),
    smallestBound: gauge('smallest_feasible_bound_seconds', 'The smallest bound that an idle engine could keep for the camera, seconds', 'camera'),
    events: counter('events_total', 'Messages of label events', 'camera', 'rule', 'type'),
    outboxDepth: gauge('outbox_depth', 'Events stored but not yet acknowledged by the broker'),
    outboxOldest: gauge('outbox_oldest_seconds', 'Age of the oldest of them, seconds'),
    mqttDropped: counter('mqtt_dropped_total', 'MQTT messages given up before the broker had them, by kind and reason', 'kind', 'reason'),
    eventsLost: counter('events_lost_total', 'Messages of label events that were decided but could not be stored'),
    mqttConnected: gauge('mqtt_connected', '1 while the broker is connected'),
    websocketClients: gauge('websocket_clients', 'Connected WebSocket clients'),
    websocketDropped: counter('websocket_dropped_total', 'WebSocket clients dropped or refused, and tiles left out, by reason', 'reason'),
    engineInfo: gauge('engine_info', 'What runs, as labels; always 1', 'backend', 'device', 'precision', 'model'),
    engineBusy: counter('engine_busy_seconds_total', 'Seconds inside the network, without waiting and transport'),
    engineRestarts: counter('engine_restarts_total', 'Engine processes started in place of another, also those that died before they were ready'),
  };
}
