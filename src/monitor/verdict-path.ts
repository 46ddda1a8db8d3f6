import type { BatchEntry, DropReason, SlotSpec } from '../batching/batch.ts';
import type { CameraConfig } from '../config/config.ts';
import type { EntryScores } from '../engine/process/batch-outcome.ts';
import type { CameraJudge } from '../events/camera-judge.ts';
import type { Classification, EndReason, LabelEvent, LatencyLedger, UnsequencedEvent } from '../events/label-event.ts';
import { maxGapMs } from '../events/rule-tracker.ts';
import { labelScores } from '../events/scores.ts';
import type { Feed } from '../http/feed.ts';
import type { NewestPictures } from '../http/newest-pictures.ts';
import type { CameraStateMessage, Publisher } from '../sinks/publisher.ts';
import type { EventStore } from '../store/event-store.ts';
import type { Frame } from '../stream/frame.ts';
import type { PictureMemory } from '../stream/picture-memory.ts';
import type { Clock } from '../util/clock.ts';
import { isoTime, wallAt } from '../util/clock.ts';
import type { Logger } from '../util/logger.ts';
import type { EventPictures } from './event-pictures.ts';
import type { ScoreRecorder } from './score-recorder.ts';

export interface VerdictPathParts {
  readonly store: Pick<EventStore, 'append' | 'lost'>;
  readonly publisher: Publisher;
  readonly feed: Feed;
  readonly pictures: NewestPictures;
  readonly memory: Pick<PictureMemory, 'keep'>;
  readonly metrics: VerdictObserver;
  /** Told what the judges are told; null: scores are not kept. */
  readonly scores: Pick<ScoreRecorder, 'begin' | 'judged' | 'interrupted' | 'end'> | null;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Every verdict goes out over MQTT, too. */
  readonly publishClassifications: boolean;
  /** Null when pictures of events are not kept. */
  readonly eventPictures: EventPictures | null;
  /** Whether an idle engine could keep the camera's bound. */
  readonly isFeasible: (cameraId: string) => boolean;
  /** Told of each event after it was stored and published. */
  readonly onEvent: (event: LabelEvent) => void;
}

export interface VerdictObserver {
  frameDropped(entry: BatchEntry, reason: DropReason): void;
  eventsLost(count: number): void;
  frameClassified(camera: string, ledger: LatencyLedger, seen: Pick<Classification, 'region' | 'frame'>): void;
  event(camera: string, rule: string, type: 'start' | 'update' | 'end'): void;
}

/** What a camera's verdicts need; made once a camera. */
export interface JudgedCamera {
  readonly config: CameraConfig;
  readonly judge: CameraJudge;
  /** Those in the batcher: scores of others belong to an earlier configuration. */
  readonly slots: ReadonlySet<SlotSpec>;
}

/** The end of a camera's events for a reason from outside. What arrived before it is no longer judged: it would open them again. */
interface Break {
  readonly atMono: number;
  readonly reason: DropReason;
}

/** Scores → verdict → history → MQTT and WebSocket. An event is told to nobody before it is on disk. */
export class VerdictPath {
  readonly #parts: VerdictPathParts;
  readonly #cameras = new Map<string, JudgedCamera>();
  readonly #states = new Map<string, CameraStateMessage>();
  readonly #breaks = new Map<string, Break>();
  readonly #pending = new Set<Promise<void>>();

  constructor(parts: VerdictPathParts) {
    this.#parts = parts;
  }

  addCamera(camera: JudgedCamera): void {
    this.#cameras.set(camera.config.id, camera);
    this.#parts.scores?.begin(camera.config);
    this.#breaks.delete(camera.config.id);
  }

  /** Ends its events, and forgets it. */
  removeCamera(cameraId: string, reason: Extract<EndReason, 'cameraDisabled' | 'configChanged'>): void {
    this.endEvents(cameraId, reason);
    this.#parts.scores?.end(cameraId);
    this.#cameras.delete(cameraId);
    this.#states.delete(cameraId);
    this.#parts.pictures.forget(cameraId);
  }

  /** The newest verdict about a camera; null before the first. */
  stateOf(cameraId: string): CameraStateMessage | null {
    return this.#states.get(cameraId) ?? null;
  }

  /** Messages that could not be stored, since the start: they were not published either. */
  get lostEvents(): number {
    return this.#parts.store.lost;
  }

  /** One entry's scores, as they come from the engine. */
  deliver(scores: EntryScores): void {
    const camera = this.#cameras.get(scores.entry.slot.cameraId);
    const refusal = this.#refusal(camera, scores.entry);
    const { feed, pictures, memory, publisher, metrics, publishClassifications, isFeasible, eventPictures } = this.#parts;
    if (!camera || refusal !== null) {
      metrics.frameDropped(scores.entry, refusal ?? 'shutdown');
      return;
    }
    const { frame } = scores.entry;
    const seen = classificationOf(scores, isFeasible(frame.cameraId));
    const { events, state, ledger } = camera.judge.judge(seen);
    this.#parts.scores?.judged(seen);
    const decided: Classification = { ...seen, ledger };
    metrics.frameClassified(seen.camera, ledger, seen);
    this.#states.set(seen.camera, state);
    publisher.publishState(state);
    if (publishClassifications) publisher.publishClassification(seen.camera, classificationMessage(decided));
    const wantsTile = feed.wantsTiles(seen.camera);
    // Tiles are made when there is time.
    if (wantsTile) memory.keep(frame.pixels);
    pictures.offer(frame);
    const regionState = state.regions[seen.region];
    if (regionState) feed.classification(decided, regionState);
    if (wantsTile) feed.tile(seen.camera, frame.sequence, () => pictures.pictureOf(frame));
    if (events.length > 0) this.#commit(events, { region: seen.region, frame, maxGapMs: maxGapMs(camera.config.sampleFps) });
    eventPictures?.judged(seen.region, frame);
  }

  /** Ends whatever is active at a camera that shows nothing any more. */
  endEvents(cameraId: string, reason: Exclude<EndReason, 'exit' | 'maxDuration' | 'recovered'>): void {
    const camera = this.#cameras.get(cameraId);
    this.#parts.eventPictures?.end(cameraId);
    if (!camera) return;
    const { clock, scores } = this.#parts;
    const atMono = clock.monotonicMs();
    const atWall = wallAt(clock, atMono);
    this.#breaks.set(cameraId, { atMono, reason: reason === 'cameraOffline' ? 'expired' : 'shutdown' });
    const { events, state } = camera.judge.endAll(reason, atMono, atWall);
    scores?.interrupted(cameraId, reason, atMono, atWall);
    if (state) {
      this.#states.set(cameraId, state);
      this.#parts.publisher.publishState(state);
    }
    if (events.length > 0) this.#commit(events, null);
  }

  /** Ends of events that a crash left open. What is decided later is stored behind them; a disk that does not take them keeps nobody waiting. */
  recover(ends: readonly UnsequencedEvent[]): void {
    if (ends.length > 0) this.#commit(ends, null);
  }

  /** Resolves when all that was decided is on disk, or counted as lost, and so are the pictures of it. */
  async settled(): Promise<void> {
    while (this.#pending.size > 0) await Promise.allSettled(this.#pending);
    await this.#parts.eventPictures?.settled();
  }

  #refusal(camera: JudgedCamera | undefined, { slot, frame }: BatchEntry): DropReason | null {
    if (!camera?.slots.has(slot)) return 'shutdown';
    const end = this.#breaks.get(slot.cameraId);
    return end && frame.receivedMono <= end.atMono ? end.reason : null;
  }

  /** `sight`: what decided; null when no frame did. */
  #commit(events: readonly UnsequencedEvent[], sight: { readonly region: string; readonly frame: Frame; readonly maxGapMs: number } | null): void {
    const stored = this.#store(events);
    const work = stored.then(() => void this.#pending.delete(work));
    this.#pending.add(work);
    const starts = events.filter(({ type }) => type === 'start');
    if (sight !== null && starts.length > 0) this.#parts.eventPictures?.begin(starts, sight.region, sight.frame, sight.maxGapMs, stored);
  }

  /** Gives what was stored, and so told. Never rejects. */
  async #store(events: readonly UnsequencedEvent[]): Promise<readonly LabelEvent[]> {
    const { store, publisher, feed, metrics, logger, onEvent } = this.#parts;
    let stored: readonly LabelEvent[] = [];
    try {
      stored = await store.append(events);
    } catch (error) {
      logger.error({ err: error, lost: events.length, lostSoFar: store.lost }, 'events could not be stored and were not published');
    }
    if (stored.length < events.length) metrics.eventsLost(events.length - stored.length);
    for (const event of stored) {
      metrics.event(event.camera, event.rule, event.type);
      publisher.publishEvent(event);
      feed.event(event);
      const { camera, region, rule, type, score, sequence } = event;
      logger.info({ camera, region, rule, type, score, sequence }, `${camera}: ${rule} ${type}`);
      onEvent(event);
    }
    return stored;
  }
}

/** Labels with their probabilities, strongest first, and the ledger up to here. */
function classificationOf({ batch, entry, probabilities, engine, paddedTo, ledger, finishedMono }: EntryScores, feasible: boolean): Classification {
  const { frame, slot } = entry;
  return {
    camera: slot.cameraId,
    region: slot.region,
    frame: { sequence: frame.sequence, receivedAt: frame.receivedAt, receivedMono: frame.receivedMono, width: frame.width, height: frame.height },
    scores: labelScores(engine.labels, probabilities),
    ledger: { ...ledger, decide: 0, total: finishedMono - frame.receivedMono, bound: slot.maxLatencyMs, feasible },
    batch: { id: batch.id, size: batch.entries.length, paddedTo, flushReason: batch.flushReason },
  };
}

function classificationMessage({ camera, region, frame, scores, ledger }: Classification): object {
  const { receivedAt, sequence, width, height } = frame;
  return { camera, region, frame: { sequence, receivedAt: isoTime(receivedAt), width, height }, top: scores.slice(0, 5), latencyMs: ledger };
}
