import { BoundWatch } from '../batching/bound-watch.ts';
import { advisedBoundMs, type BatchCosts, infeasibleInWords, type SmallestBound, smallestBound } from '../batching/smallest-bound.ts';
import type { CameraConfig } from '../config/config.ts';
import type { BoundView } from '../http/monitor-view.ts';
import type { CameraStatus } from '../stream/camera-status.ts';
import { type Clock, isoTime } from '../util/clock.ts';
import type { Logger } from '../util/logger.ts';

export interface BoundsParts {
  readonly cameras: () => Iterable<BoundedCamera>;
  /** Null until the engine told what batches cost. */
  readonly costs: () => BatchCosts | null;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: BoundsObserver;
  /** The judgement of a camera changed: people look at it. */
  readonly changed: (cameraId: string) => void;
}

export interface BoundedCamera {
  readonly config: Pick<CameraConfig, 'id' | 'maxLatencyMs' | 'regions'>;
  /** The switch. */
  readonly enabled: boolean;
  readonly status: Pick<CameraStatus, 'decodeAgeMs'>;
}

export interface BoundsObserver {
  boundJudged(camera: string, feasible: boolean, smallestMs: number): void;
  /** It is gone, or was disabled. */
  boundForgotten(camera: string): void;
}

interface Judged {
  /** A reloaded camera has another one. */
  readonly config: BoundedCamera['config'];
  readonly watch: BoundWatch;
  /** While a camera connects again it is what it was. */
  decodeMs: number;
  needed: SmallestBound;
  sinceWall: number;
}

const UNKNOWN: BoundView = { feasible: null, smallestMs: null, since: null, message: null };

/**
 * Tells which cameras ask for less time than their frames need when nothing else waits: at start, and again when the answer changes. Only those are infeasible;
 * a bound that is missed because too much is asked is counted by frame, in `deadline_missed_total`.
 */
export class Bounds {
  readonly #parts: BoundsParts;
  readonly #judged = new Map<string, Judged>();

  constructor(parts: BoundsParts) {
    this.#parts = parts;
  }

  /** Judges all cameras anew. Call it when cameras came or went, and every second or so: costs drift. */
  review(): void {
    const { cameras, costs: costsOf, metrics } = this.#parts;
    const costs = costsOf();
    if (costs === null) return;
    const present = new Set<string>();
    for (const camera of cameras()) {
      if (!camera.enabled) continue;
      present.add(camera.config.id);
      this.#judge(camera, costs);
    }
    for (const id of this.#judged.keys()) {
      if (present.has(id)) continue;
      this.#judged.delete(id);
      metrics.boundForgotten(id);
    }
  }

  /** Whether an idle engine could keep the camera's bound; true as long as nothing says otherwise. */
  isFeasible(cameraId: string): boolean {
    return this.#judged.get(cameraId)?.watch.feasible ?? true;
  }

  view(cameraId: string): BoundView {
    const judged = this.#judged.get(cameraId);
    if (!judged) return UNKNOWN;
    const { watch, needed, sinceWall } = judged;
    const message = watch.feasible === false ? wordsOf(judged) : null;
    return { feasible: watch.feasible, smallestMs: Math.round(needed.total * 10) / 10, since: isoTime(sinceWall), message };
  }

  #judge({ config, status }: BoundedCamera, costs: BatchCosts): void {
    const { clock, metrics, changed } = this.#parts;
    const before = this.#judged.get(config.id);
    const isSame = before?.config === config;
    const wasFeasible = before?.watch.feasible ?? null;
    const decodeMs = status.decodeAgeMs ?? (isSame ? before.decodeMs : 0);
    const needed = smallestBound(costs, config.regions.length, decodeMs);
    const judged = isSame ? before : { config, watch: new BoundWatch(config.maxLatencyMs), decodeMs, needed, sinceWall: clock.wallMs() };
    judged.decodeMs = decodeMs;
    judged.needed = needed;
    this.#judged.set(config.id, judged);
    const isNews = judged.watch.judge(needed.total, clock.monotonicMs());
    metrics.boundJudged(config.id, judged.watch.feasible ?? true, needed.total);
    if (!isNews) return;
    judged.sinceWall = clock.wallMs();
    this.#tell(judged, wasFeasible);
    changed(config.id);
  }

  #tell(judged: Judged, wasFeasible: boolean | null): void {
    const { config, needed, watch } = judged;
    const { logger } = this.#parts;
    const facts = { camera: config.id, boundMs: config.maxLatencyMs, smallestBoundMs: Math.round(needed.total) };
    if (watch.feasible === false) {
      logger.warn({ ...facts, advisedBoundMs: advisedBoundMs(needed), code: 'BOUND_INFEASIBLE' }, `${config.id}: ${wordsOf(judged)}`);
    } else if (wasFeasible === false) {
      logger.info(facts, `${config.id}: its bound of ${config.maxLatencyMs} ms can be kept again: a frame takes up to ${facts.smallestBoundMs} ms`);
    }
  }
}

function wordsOf({ config, needed }: Judged): string {
  return infeasibleInWords(needed, config.maxLatencyMs, config.regions.length);
}
