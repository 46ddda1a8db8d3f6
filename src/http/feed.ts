import type { Classification, LabelEvent } from '../events/label-event.ts';
import type { RegionStateMessage } from '../sinks/publisher.ts';
import { isoTime } from '../util/clock.ts';
import type { CameraView, StatsView } from './monitor-view.ts';
import { encodeTile } from './tile-message.ts';

const TOP_LABELS = 5;

/** One that follows the feed. No call may block or throw: who cannot keep up is the listener's own business. */
export interface FeedListener {
  wantsTile(cameraId: string): boolean;
  wantsClassification(cameraId: string): boolean;
  event(sequence: number, text: string): void;
  message(text: string): void;
  tile(cameraId: string, message: Uint8Array): void;
}

/**
 * Everything live, to everybody who listens: the daemon calls it, WebSocket clients hang on it. A message is made once, whatever the
 * number of listeners, and not at all when nobody wants it. Keeps nothing but, a camera, the newest tile that waits to be made.
 */
export class Feed {
  readonly #listeners = new Set<FeedListener>();
  readonly #tiles = new Map<string, { next: TileJob | null }>();
  #lastSequence: number;

  /** `lastSequence`: that of the store at the start. */
  constructor(lastSequence: number) {
    this.#lastSequence = lastSequence;
  }

  /** The highest event sequence that was fed, or lay in the store at the start. All up to it can be read from the store. */
  get lastSequence(): number {
    return this.#lastSequence;
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  add(listener: FeedListener): void {
    this.#listeners.add(listener);
  }

  remove(listener: FeedListener): void {
    this.#listeners.delete(listener);
  }

  /** Call after the event is committed, in order of the sequence. */
  event(event: LabelEvent): void {
    this.#lastSequence = Math.max(this.#lastSequence, event.sequence);
    if (this.#listeners.size === 0) return;
    const text = eventMessage(event);
    for (const listener of this.#listeners) listener.event(event.sequence, text);
  }

  wantsClassifications(cameraId: string): boolean {
    for (const listener of this.#listeners) if (listener.wantsClassification(cameraId)) return true;
    return false;
  }

  /** `state`: of its region, after this verdict. */
  classification(classification: Classification, { heads, rules }: Pick<RegionStateMessage, 'heads' | 'rules'>): void {
    const { camera, region, frame, scores, ledger } = classification;
    let text: string | undefined;
    for (const listener of this.#listeners) {
      if (!listener.wantsClassification(camera)) continue;
      const receivedAt = isoTime(frame.receivedAt);
      text ??= JSON.stringify({
        type: 'classification',
        camera,
        region,
        frame: { sequence: frame.sequence, receivedAt, width: frame.width, height: frame.height },
        top: scores.slice(0, TOP_LABELS),
        heads,
        rules,
        at: receivedAt,
        latencyMs: ledger,
      });
      listener.message(text);
    }
  }

  /** Call when something that a person looks at has changed (state, error, rules), not for every frame. */
  camera(camera: CameraView): void {
    this.#broadcast({ type: 'camera', camera });
  }

  /** Call once a second. */
  stats(stats: StatsView): void {
    this.#broadcast({ ...stats, type: 'stats' });
  }

  wantsTiles(cameraId: string): boolean {
    for (const listener of this.#listeners) if (listener.wantsTile(cameraId)) return true;
    return false;
  }

  /**
   * A frame that the network has seen. `jpeg` is called at most once, only when somebody wants the picture, and never twice at a time for a
   * camera: of those that come meanwhile the newest wins. A rejection leaves the tile out.
   */
  tile(cameraId: string, frameSequence: number, jpeg: () => Promise<Uint8Array>): void {
    if (!this.wantsTiles(cameraId)) return;
    const job: TileJob = { frameSequence, jpeg };
    const running = this.#tiles.get(cameraId);
    if (running) running.next = job;
    else void this.#makeTiles(cameraId, job);
  }

  async #makeTiles(cameraId: string, first: TileJob): Promise<void> {
    const slot: { next: TileJob | null } = { next: null };
    this.#tiles.set(cameraId, slot);
    for (let job: TileJob | null = first; job; job = slot.next) {
      slot.next = null;
      try {
        const message = encodeTile(cameraId, job.frameSequence, await job.jpeg());
        for (const listener of this.#listeners) if (listener.wantsTile(cameraId)) listener.tile(cameraId, message);
      } catch {
        // The camera's own stage reports pictures that cannot be made; a tile is only a view of it.
      }
    }
    this.#tiles.delete(cameraId);
  }

  #broadcast(message: object): void {
    if (this.#listeners.size === 0) return;
    const text = JSON.stringify(message);
    for (const listener of this.#listeners) listener.message(text);
  }
}

interface TileJob {
  readonly frameSequence: number;
  readonly jpeg: () => Promise<Uint8Array>;
}

/** The text frame of an event, live or from the history. */
export function eventMessage(event: LabelEvent): string {
  return JSON.stringify({ type: 'event', event });
}
