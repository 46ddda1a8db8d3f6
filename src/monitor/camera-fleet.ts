import { isDeepStrictEqual } from 'node:util';
import type { CameraConfig } from '../config/config.ts';
import type { SwitchOutcome } from '../http/monitor-view.ts';
import type { FrameIntake } from './batcher.ts';
import type { CameraSwitches } from './camera-switches.ts';
import { CameraWatch, type CameraWatchParts } from './camera-watch.ts';

export interface CameraFleetParts extends Omit<CameraWatchParts, 'config' | 'scheduler' | 'isOn'> {
  readonly switches: Pick<CameraSwitches, 'isOn' | 'set' | 'reconfigured'>;
  readonly scheduler: () => FrameIntake;
  /** A camera left the configuration. */
  readonly forgotten: (cameraId: string) => Promise<void>;
}

/** All cameras, by id, in the order of the configuration. */
export class CameraFleet {
  readonly #parts: CameraFleetParts;
  readonly #cameras = new Map<string, CameraWatch>();
  #closed = false;

  constructor(parts: CameraFleetParts) {
    this.#parts = parts;
  }

  get cameras(): ReadonlyMap<string, CameraWatch> {
    return this.#cameras;
  }

  start(cameras: readonly CameraConfig[]): void {
    for (const config of cameras) this.#add(this.#watch(config));
  }

  /** Brings the running cameras to `cameras`: one whose configuration is the same is not touched. Throws before anything has changed, or not at all. */
  async apply(cameras: readonly CameraConfig[]): Promise<{ added: number; removed: number; restarted: number }> {
    const wanted = new Map(cameras.map((config) => [config.id, config]));
    const leaving = [...this.#cameras.values()].filter(({ config }) => !sameCamera(wanted.get(config.id), config));
    const staying = new Set([...this.#cameras.keys()].filter((id) => !leaving.some(({ config }) => config.id === id)));
    this.#parts.switches.reconfigured(cameras);
    const coming = cameras.filter(({ id }) => !staying.has(id)).map((config) => this.#watch(config));
    const restarted = coming.filter(({ config }) => this.#cameras.has(config.id)).length;
    await Promise.all(leaving.map((watch) => this.#leave(watch, wanted.has(watch.config.id))));
    // The daemon may have begun to end meanwhile.
    if (!this.#closed) for (const watch of coming) this.#add(watch);
    this.#arrange(cameras);
    return { added: coming.length - restarted, removed: leaving.length - restarted, restarted };
  }

  /** Pauses or resumes a camera, others undisturbed; null when there is none of this id. Never rejects. */
  async setEnabled(cameraId: string, enabled: boolean): Promise<SwitchOutcome | null> {
    const watch = this.#cameras.get(cameraId);
    if (!watch) return null;
    const stored = this.#parts.switches.set(watch.config, enabled);
    watch.switched();
    return { enabled, stored: await stored };
  }

  endEvents(reason: 'shutdown'): void {
    for (const id of this.#cameras.keys()) this.#parts.verdicts.endEvents(id, reason);
  }

  /** Resolves when no child is left. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#cameras.values()].map((camera) => camera.close()));
  }

  #watch(config: CameraConfig): CameraWatch {
    const { switches, scheduler } = this.#parts;
    return new CameraWatch({ ...this.#parts, scheduler: scheduler(), isOn: (of) => switches.isOn(of), config });
  }

  /** In the same map: others hold it. */
  #arrange(cameras: readonly CameraConfig[]): void {
    const watches = new Map(this.#cameras);
    const places = new Map(cameras.map(({ id }, place) => [id, place]));
    this.#cameras.clear();
    const order = [...watches].sort(([a], [b]) => (places.get(a) ?? places.size) - (places.get(b) ?? places.size));
    for (const [id, watch] of order) this.#cameras.set(id, watch);
  }

  #add(watch: CameraWatch): void {
    this.#cameras.set(watch.config.id, watch);
    watch.start();
  }

  async #leave(watch: CameraWatch, comesBack: boolean): Promise<void> {
    await watch.leave();
    this.#cameras.delete(watch.config.id);
    if (comesBack) return;
    // The ends of its events are still counted under its name.
    await this.#parts.verdicts.settled();
    await this.#parts.forgotten(watch.config.id);
  }
}

/** Secrets show nothing of themselves, so they are compared by what they hold. */
function sameCamera(a: CameraConfig | undefined, b: CameraConfig): boolean {
  return a !== undefined && a.password?.reveal() === b.password?.reveal() && isDeepStrictEqual({ ...a, password: null }, { ...b, password: null });
}
