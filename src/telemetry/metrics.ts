import { collectDefaultMetrics, Registry } from 'prom-client';
import type { Batch, BatchEntry, BatchingObserver, BatchTiming, DropReason } from '../batching/batch.ts';
import type { EngineInfo } from '../engine/engine.ts';
import type { CoverageState } from '../events/coverage.ts';
import type { LabelEventType, LatencyLedger } from '../events/label-event.ts';
import type { CameraNumbers, HttpObserver, WebsocketDropReason } from '../http/monitor-view.ts';
import type { LiveChildKind, LiveDropReason, LiveObserver } from '../live/live-observer.ts';
import type { RestartReason } from '../stream/camera-status.ts';
import type { Clock } from '../util/clock.ts';
import { CameraTally } from './camera-tally.ts';
import { type Instruments, instruments } from './instruments.ts';
import { type TotalNumbers, Totals } from './totals.ts';

const COVERAGE_STATES: readonly CoverageState[] = ['watching', 'reduced', 'blind'];
/** Frames that were given up for these reasons should have had a verdict. `invalid` and `motion` never can; after `shutdown` nobody waits. */
const GIVEN_UP: ReadonlySet<DropReason> = new Set<DropReason>(['superseded', 'expired', 'overload', 'engine']);

/**
 * Every number the daemon knows of itself: each is told once, here, and read as Prometheus text, by camera, or in total. Memory is bounded by
 * cameras × rules × reasons. A registry of its own: two daemons in one process (tests) do not mix.
 */
export class Metrics implements BatchingObserver, HttpObserver, LiveObserver {
  readonly #clock: Clock;
  readonly #registry = new Registry();
  readonly #totals: Totals;
  readonly #tallies = new Map<string, CameraTally>();
  readonly #prometheus: Instruments;

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

  /** An MQTT message that was given up before the broker had it, or that came and was ignored. */
  mqttDropped(kind: string, reason: string): void {
    this.#prometheus.mqttDropped.inc({ kind, reason });
  }

  /** Messages of events that were decided and could not be stored: nobody will get them. */
  eventsLost(count: number): void {
    this.#prometheus.eventsLost.inc(count);
  }

  /** Once an event whose pictures are kept. */
  stripEnded(camera: string, outcome: string): void {
    this.#prometheus.strips.inc({ camera, outcome });
  }

  stripFrameNotKept(camera: string): void {
    this.#prometheus.stripFramesNotKept.inc({ camera });
  }

  mqttConnected(connected: boolean): void {
    this.#prometheus.mqttConnected.set(connected ? 1 : 0);
  }

  /** Whether an idle engine could keep the camera's bound, and the least that could be kept. */
  boundJudged(camera: string, feasible: boolean, smallestMs: number): void {
    this.#prometheus.boundFeasible.set({ camera }, feasible ? 1 : 0);
    this.#prometheus.smallestBound.set({ camera }, smallestMs / 1000);
  }

  boundForgotten(camera: string): void {
    for (const metric of [this.#prometheus.boundFeasible, this.#prometheus.smallestBound]) metric.remove({ camera });
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

  liveViewers(camera: string, count: number): void {
    this.#prometheus.liveViewers.set({ camera }, count);
  }

  liveChildren(kind: LiveChildKind, by: 1 | -1): void {
    this.#prometheus.liveChildren.inc({ kind }, by);
  }

  liveDropped(reason: LiveDropReason): void {
    this.#prometheus.liveDropped.inc({ reason });
  }

  /** Of a camera that left the configuration: its series end. */
  async forgetCamera(camera: string): Promise<void> {
    this.#tallies.delete(camera);
    const { framesReceived, framesClassified, framesDropped, cameraUp, cameraRestarts, deadlineMissed, events, strips, stripFramesNotKept } =
      this.#prometheus;
    for (const state of COVERAGE_STATES) this.#prometheus.coverage.remove({ camera, state });
    this.#prometheus.latency.remove({ camera });
    this.#prometheus.liveViewers.remove({ camera });
    this.boundForgotten(camera);
    for (const metric of [
      framesReceived,
      framesClassified,
      framesDropped,
      cameraUp,
      cameraRestarts,
      deadlineMissed,
      events,
      strips,
      stripFramesNotKept,
    ]) {
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
