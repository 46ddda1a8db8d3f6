import type { ClassificationMessage } from './messages.ts';
import { Ring } from './ring.ts';

/** The scores of all rules of one region at one frame. */
export interface ScorePoint {
  /** Arrival of the frame on the daemon's clock, ms since the epoch. */
  readonly atMs: number;
  readonly region: string;
  readonly top: ClassificationMessage['top'];
  /** By rule. */
  readonly rules: ClassificationMessage['rules'];
  readonly latencyMs: number;
}

/** Five minutes of a camera at two pictures a second, in one region. */
const MOST_POINTS = 600;
/** Cameras that left the wall stay for when they come back, but not for ever. */
const MOST_CAMERAS = 256;

/** The last minutes' verdicts of each camera that was watched. Bounded in cameras and in points. */
export class ScoreHistory {
  readonly #cameras = new Map<string, Ring<ScorePoint>>();

  add(message: ClassificationMessage): void {
    const { camera, region, at, top, rules, latencyMs } = message;
    const ring = this.#cameras.get(camera) ?? new Ring<ScorePoint>(MOST_POINTS);
    // Again at the end: the first of the map is the one that was silent longest.
    this.#cameras.delete(camera);
    this.#cameras.set(camera, ring);
    ring.push({ atMs: Date.parse(at), region, top, rules, latencyMs: latencyMs.total });
    for (const oldest of this.#cameras.keys()) {
      if (this.#cameras.size <= MOST_CAMERAS) break;
      this.#cameras.delete(oldest);
    }
  }

  /** Oldest first. */
  of(camera: string): readonly ScorePoint[] {
    return this.#cameras.get(camera)?.toArray() ?? [];
  }

  clear(): void {
    this.#cameras.clear();
  }
}
