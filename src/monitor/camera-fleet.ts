import { isDeepStrictEqual } from 'node:util';
import type { BatchScheduler } from '../batching/scheduler.ts';
import type { CameraConfig } from '../config/config.ts';
import { CameraWatch, type CameraWatchParts } from './camera-watch.ts';

export interface CameraFleetParts extends Omit<CameraWatchParts, 'config' | 'scheduler'> {
  readonly scheduler: () => BatchScheduler;
  /** A camera left the configuration. */
  readonly forgotten: (cameraId: string) => Promise<void>;
}

/** All cameras, by id, in the order of the configuration. */
export class CameraFleet {
  readonly #parts: CameraFleetParts;
  readonly #cameras = new Map<string, CameraWatch>();

  constructor(parts: CameraFleetParts) {
    this.#parts = parts;
  }

  get cameras(): ReadonlyMap<string, CameraWatch> {
    return this.#cameras;
  }

  start(cameras: readonly CameraConfig[]): void {
    for (const config of cameras) this.#add(config);
  }

  /** Brings the running cameras to `cameras`: one whose configuration is the same is not touched. */
  async apply(cameras: readonly CameraConfig[]): Promise<{ added: number; removed: number; restarted: number }> {
    const wanted = new Map(cameras.map((config) => [config.id, config]));
    const outcome = { added: 0, removed: 0, restarted: 0 };
    for (const [id, watch] of [...this.#cameras]) {
      const config = wanted.get(id);
      if (config && sameCamera(config, watch.config)) continue;
      await watch.leave();
      this.#cameras.delete(id);
      if (config) outcome.restarted += 1;
      else {
        outcome.removed += 1;
        await this.#parts.forgotten(id);
      }
    }
    for (const config of cameras) {
      if (this.#cameras.has(config.id)) continue;
      this.#add(config);
      outcome.added += 1;
    }
    outcome.added -= outcome.restarted;
    return outcome;
  }

  endEvents(reason: 'shutdown'): void {
    for (const id of this.#cameras.keys()) this.#parts.verdicts.endEvents(id, reason);
  }

  /** Resolves when no child is left. */
  async close(): Promise<void> {
    await Promise.all([...this.#cameras.values()].map((camera) => camera.close()));
  }

  #add(config: CameraConfig): void {
    const watch = new CameraWatch({ ...this.#parts, scheduler: this.#parts.scheduler(), config });
    this.#cameras.set(config.id, watch);
    watch.start();
  }
}

/** Secrets show nothing of themselves, so they are compared by what they hold. */
function sameCamera(a: CameraConfig, b: CameraConfig): boolean {
  return a.password?.reveal() === b.password?.reveal() && isDeepStrictEqual({ ...a, password: null }, { ...b, password: null });
}
