import type { Frame } from '../stream/frame.ts';
import type { Clock } from '../util/clock.ts';
import type { HeldPictures } from './held-pictures.ts';

export interface RecentFramesParts {
  readonly held: HeldPictures;
  readonly clock: Clock;
  /** A frame for which there was no room. */
  readonly notKept: (cameraId: string) => void;
}

/** Of each place, pictures before the one that is judged now. */
const FRAMES_BEFORE = 2;
/** A place that was not served for so long makes room for others. */
const STALE_MS = 10_000;

interface Place {
  readonly cameraId: string;
  readonly frames: Frame[];
  servedMono: number;
}

/**
 * The last two judged frames of each camera and region, raw, for the strips of events. When memory is short, places that were served longest ago keep none; when all
 * are served, the newcomers have none: else every camera would take the place of the one that comes next, and nobody had two.
 */
export class RecentFrames {
  readonly #parts: RecentFramesParts;
  /** Those served longest ago come first. */
  readonly #places = new Map<string, Place>();

  constructor(parts: RecentFramesParts) {
    this.#parts = parts;
  }

  /** Those before `frame`, oldest first, as far as each follows the one before within `maxGapMs`. They are held here only until the next `offer`. */
  before(region: string, frame: Frame, maxGapMs: number): readonly Frame[] {
    const before: Frame[] = [];
    let next = frame;
    for (const earlier of this.#places.get(placeOf(frame.cameraId, region))?.frames.toReversed() ?? []) {
      if (next.receivedMono - earlier.receivedMono > maxGapMs) break;
      before.unshift(earlier);
      next = earlier;
    }
    return before;
  }

  /** `frame` was judged in `region`. An older one than the newest is ignored. */
  offer(region: string, frame: Frame): void {
    const { held, clock, notKept } = this.#parts;
    const { cameraId } = frame;
    const key = placeOf(cameraId, region);
    const frames: Frame[] = this.#places.get(key)?.frames ?? [];
    if ((frames.at(-1)?.sequence ?? -1) >= frame.sequence) return;
    while (frames.length >= FRAMES_BEFORE) this.#drop(frames);
    this.#places.delete(key);
    const isHeld = held.hold(frame.pixels) || this.#holdByForce(frame.pixels);
    if (isHeld) frames.push(frame);
    else {
      // One before the one before would be no neighbour.
      while (frames.length > 0) this.#drop(frames);
      notKept(cameraId);
    }
    this.#places.set(key, { cameraId, frames, servedMono: clock.monotonicMs() });
  }

  /** Of a camera that shows nothing any more. */
  forget(cameraId: string): void {
    for (const [key, place] of this.#places) {
      if (place.cameraId !== cameraId) continue;
      while (place.frames.length > 0) this.#drop(place.frames);
      this.#places.delete(key);
    }
  }

  #holdByForce(pixels: Uint8Array): boolean {
    const { held, clock } = this.#parts;
    for (const [key, { frames, servedMono }] of this.#places) {
      if (clock.monotonicMs() - servedMono < STALE_MS) return false;
      while (frames.length > 0) this.#drop(frames);
      this.#places.delete(key);
      if (held.hold(pixels)) return true;
    }
    return false;
  }

  #drop(frames: Frame[]): void {
    const oldest = frames.shift();
    if (oldest) this.#parts.held.release(oldest.pixels);
  }
}

/** Neither id has a slash. */
function placeOf(cameraId: string, region: string): string {
  return `${cameraId}/${region}`;
}
