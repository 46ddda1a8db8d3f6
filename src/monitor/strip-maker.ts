import type { Frame } from '../stream/frame.ts';
import type { Clock, Timer } from '../util/clock.ts';
import { isoTime } from '../util/clock.ts';
import type { Logger } from '../util/logger.ts';
import type { HeldPictures } from './held-pictures.ts';

/** `whole`: all five pictures; `short`: some were missing; `crowded`, `memory`: none was made; `failed`: it could not be made or written. */
export type StripOutcome = 'whole' | 'short' | 'crowded' | 'memory' | 'failed';

export interface StripMakerParts {
  readonly held: HeldPictures;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly encodeStrip: (frames: readonly Frame[], description: string) => Promise<Uint8Array>;
  /** Writes and tells it. Resolves when that is done, and also when the event was never stored. */
  readonly keep: (request: StripRequest, jpeg: Uint8Array) => Promise<void>;
  readonly ended: (cameraId: string, outcome: StripOutcome) => void;
}

export interface StripRequest {
  /** Of all that began with this frame. */
  readonly eventIds: readonly string[];
  readonly region: string;
  /** The deciding one. */
  readonly frame: Frame;
  /** At most two, oldest first. */
  readonly before: readonly Frame[];
  /** Longest time to wait for those after it, ms. */
  readonly waitMs: number;
  /** Resolves with the ids of those that are stored; never rejects. */
  readonly stored: Promise<readonly string[]>;
}

interface Strip {
  readonly request: StripRequest;
  readonly frames: Frame[];
  timer: Timer | null;
}

const FRAMES_AFTER = 2;
const WHOLE = 5;
/** Being collected, encoded, or waiting for the disk. */
const MOST_STRIPS = 32;

/** Pictures around the starts of events: collects those after, then makes one JPEG of all. Nothing in it waits on the way of a frame. */
export class StripMaker {
  readonly #parts: StripMakerParts;
  readonly #collecting = new Set<Strip>();
  readonly #finishing = new Set<Promise<void>>();
  /** One at a time: live pictures need the cores. */
  #encoding: Promise<unknown> = Promise.resolve();

  constructor(parts: StripMakerParts) {
    this.#parts = parts;
  }

  begin(request: StripRequest): void {
    const { held, clock, logger } = this.#parts;
    const { frame } = request;
    const isCrowded = this.#collecting.size + this.#finishing.size >= MOST_STRIPS;
    if (isCrowded || !held.hold(frame.pixels)) {
      const outcome = isCrowded ? 'crowded' : 'memory';
      for (const _id of request.eventIds) this.#parts.ended(frame.cameraId, outcome);
      logger.warn({ camera: frame.cameraId, events: request.eventIds, reason: outcome }, 'an event gets no strip: too many are being made');
      return;
    }
    const before = request.before.filter(({ pixels }) => held.hold(pixels));
    const strip: Strip = { request, frames: [...before, frame], timer: null };
    this.#collecting.add(strip);
    strip.timer = clock.setTimer(request.waitMs, () => this.#finish(strip));
  }

  /** `frame` was judged in `region`. */
  offer(region: string, frame: Frame): void {
    for (const strip of this.#collecting) {
      const { request, frames } = strip;
      const newest = frames.at(-1);
      if (request.region !== region || newest?.cameraId !== frame.cameraId || newest.sequence >= frame.sequence) continue;
      if (!this.#parts.held.hold(frame.pixels)) {
        this.#finish(strip);
        continue;
      }
      frames.push(frame);
      if (frames.length - frames.indexOf(request.frame) > FRAMES_AFTER) this.#finish(strip);
    }
  }

  /** The camera shows nothing more: what there is has to do. */
  end(cameraId: string): void {
    for (const strip of this.#collecting) if (strip.request.frame.cameraId === cameraId) this.#finish(strip);
  }

  /** Resolves when nothing is encoded or written any more. What is being collected goes on. */
  async settled(): Promise<void> {
    while (this.#finishing.size > 0) await Promise.all(this.#finishing);
  }

  #finish(strip: Strip): void {
    if (!this.#collecting.delete(strip)) return;
    strip.timer?.cancel();
    const work = this.#make(strip).then(() => void this.#finishing.delete(work));
    this.#finishing.add(work);
  }

  /** Never rejects. */
  async #make({ request, frames }: Strip): Promise<void> {
    const { keep, ended, logger } = this.#parts;
    const { cameraId } = request.frame;
    let outcome: StripOutcome = frames.length === WHOLE ? 'whole' : 'short';
    try {
      await keep(request, await this.#encode(request, frames));
    } catch (error) {
      outcome = 'failed';
      logger.warn({ err: error, camera: cameraId, events: request.eventIds }, 'the strip of an event could not be kept');
    }
    for (const _id of request.eventIds) ended(cameraId, outcome);
  }

  async #encode({ frame }: StripRequest, frames: readonly Frame[]): Promise<Uint8Array> {
    const description = descriptionOf(frames, frames.indexOf(frame));
    const encoding = this.#encoding.then(() => this.#parts.encodeStrip(frames, description));
    this.#encoding = encoding.catch(() => undefined);
    try {
      return await encoding;
    } finally {
      for (const { pixels } of frames) this.#parts.held.release(pixels);
    }
  }
}

/** Which picture is which: one that is missing has no place in the strip, so the deciding one is not always in the middle. */
function descriptionOf(frames: readonly Frame[], deciding: number): string {
  const pictures = frames.map(({ sequence, receivedAt, width }) => ({ sequence, receivedAt: isoTime(receivedAt), width }));
  return JSON.stringify({ camera: frames[0]?.cameraId, deciding, pictures });
}
