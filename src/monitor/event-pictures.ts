import type { LabelEvent, UnsequencedEvent } from '../events/label-event.ts';
import type { NewestPictures } from '../http/newest-pictures.ts';
import type { Publisher } from '../sinks/publisher.ts';
import type { EventStore } from '../store/event-store.ts';
import type { Frame } from '../stream/frame.ts';
import type { PictureMemory } from '../stream/picture-memory.ts';
import type { Clock } from '../util/clock.ts';
import type { Logger } from '../util/logger.ts';
import { HeldPictures } from './held-pictures.ts';
import { RecentFrames } from './recent-frames.ts';
import { StripMaker, type StripOutcome, type StripRequest } from './strip-maker.ts';

export interface EventPicturesParts {
  readonly store: Pick<EventStore, 'saveSnapshot' | 'saveStrip'>;
  readonly publisher: Pick<Publisher, 'publishSnapshot' | 'publishStrip'>;
  readonly pictures: NewestPictures;
  readonly memory: Pick<PictureMemory, 'hold' | 'release' | 'keep'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly encodeStrip: (frames: readonly Frame[], description: string) => Promise<Uint8Array>;
  readonly metrics: EventPictureObserver;
}

export interface EventPictureObserver {
  /** Once an event. */
  stripEnded(camera: string, outcome: StripOutcome): void;
  /** No room for a frame that a strip might have begun with. */
  stripFrameNotKept(camera: string): void;
}

/** Frames kept for the pictures of events that are not on disk yet. */
const MOST_PENDING_PICTURES = 32;
/** Of all cameras together: frames that strips may begin with, and those of the strips that are being made. */
const MOST_HELD_BYTES = 256 * 1024 * 1024;

/** The pictures of events: of the deciding frame a snapshot, of five frames around it a strip. Made and written when there is time. */
export class EventPictures {
  readonly #parts: EventPicturesParts;
  readonly #recent: RecentFrames;
  readonly #strips: StripMaker;
  readonly #pending = new Set<Promise<void>>();

  constructor(parts: EventPicturesParts) {
    this.#parts = parts;
    const { clock, logger, metrics, encodeStrip } = parts;
    const held = new HeldPictures(parts.memory, MOST_HELD_BYTES);
    this.#recent = new RecentFrames({ held, clock, notKept: (camera) => metrics.stripFrameNotKept(camera) });
    this.#strips = new StripMaker({
      ...{ held, clock, logger, encodeStrip },
      keep: (request, jpeg) => this.#keepStrip(request, jpeg),
      ended: (camera, outcome) => metrics.stripEnded(camera, outcome),
    });
  }

  /** `frame` was judged in `region`. Encodes and copies nothing. Call it behind `begin` for the same frame. */
  judged(region: string, frame: Frame): void {
    this.#strips.offer(region, frame);
    this.#recent.offer(region, frame);
  }

  /** Events began with `frame`; `stored` tells which of them are on disk, and never rejects. `maxGapMs`: frames further apart are no neighbours. */
  begin(starts: readonly UnsequencedEvent[], region: string, frame: Frame, maxGapMs: number, stored: Promise<readonly LabelEvent[]>): void {
    const eventIds = starts.map(({ id }) => id);
    const storedIds = stored.then((events) => eventIds.filter((id) => events.some((event) => event.id === id)));
    this.#strips.begin({ eventIds, region, frame, before: this.#recent.before(region, frame, maxGapMs), waitMs: maxGapMs, stored: storedIds });
    // A frame is large: while the disk is slow only so many wait, and the events go without their pictures.
    if (this.#pending.size >= MOST_PENDING_PICTURES) return;
    this.#parts.memory.keep(frame.pixels);
    const work = this.#keepSnapshot(frame, storedIds).then(() => void this.#pending.delete(work));
    this.#pending.add(work);
  }

  /** The camera shows nothing any more. */
  end(cameraId: string): void {
    this.#strips.end(cameraId);
    this.#recent.forget(cameraId);
  }

  /** Resolves when all that can be made is on disk, or told why not. */
  async settled(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
    await this.#strips.settled();
  }

  async #keepSnapshot(frame: Frame, stored: Promise<readonly string[]>): Promise<void> {
    const { store, publisher, pictures, logger } = this.#parts;
    const eventIds = await stored;
    if (eventIds.length === 0) return;
    try {
      const jpeg = await pictures.pictureOf(frame);
      publisher.publishSnapshot(frame.cameraId, jpeg);
      for (const id of eventIds) await store.saveSnapshot(id, jpeg);
    } catch (error) {
      logger.warn({ err: error, camera: frame.cameraId, events: eventIds }, 'the picture of an event could not be kept');
    }
  }

  async #keepStrip({ frame, stored }: StripRequest, jpeg: Uint8Array): Promise<void> {
    const { store, publisher } = this.#parts;
    const eventIds = await stored;
    if (eventIds.length === 0) return;
    publisher.publishStrip(frame.cameraId, jpeg);
    for (const id of eventIds) await store.saveStrip(id, jpeg);
  }
}
