import { type Signal, signal } from '@preact/signals';
import { type LiveCamera, liveCamera, updateCamera } from './live-camera.ts';
import type { Camera } from './messages.ts';

/**
 * The cameras that there are. A daemon that starts knows none until its network is there, which may take a minute, and sends no numbers until then: what is known
 * from before stays for so long.
 */
export class CameraList {
  /** By id, in the order of the configuration; null until the daemon greeted for the first time. */
  readonly cameras: Signal<ReadonlyMap<string, LiveCamera> | null> = signal(null);
  /** Cameras that the answer before did not have. One that is configured anew is away for a moment, too: gone is what two answers in a row do not have. */
  #missing: ReadonlySet<string> = new Set();
  #mayBeStarting = true;

  /** As the daemon greets. */
  greeted(cameras: readonly Camera[]): void {
    this.#mayBeStarting = cameras.length === 0;
    this.#missing = new Set();
    if (!this.#mayBeStarting || this.cameras.peek() === null) this.#replace(cameras);
  }

  /** The daemon has sent numbers. */
  running(): void {
    this.#mayBeStarting = false;
  }

  update(camera: Camera): void {
    const known = this.#known();
    const live = known.get(camera.id);
    if (live) updateCamera(live, camera);
    else this.cameras.value = new Map(known).set(camera.id, liveCamera(camera));
  }

  /** The daemon says which cameras there are: all of them, in their order. */
  told(cameras: readonly Camera[]): void {
    if (this.#mayBeStarting && cameras.length === 0) return;
    const present = new Set(cameras.map(({ id }) => id));
    const missing = [...this.#known().keys()].filter((id) => !present.has(id));
    const isCertain = missing.every((id) => this.#missing.has(id));
    this.#missing = new Set(missing);
    if (isCertain) this.#replace(cameras);
    else for (const camera of cameras) this.update(camera);
  }

  /** The daemon says that there is no such camera. */
  denied(id: string): void {
    if (this.#mayBeStarting) return;
    const isCertain = this.#missing.has(id);
    this.#missing = new Set(this.#missing).add(id);
    if (isCertain && this.#known().has(id)) this.cameras.value = new Map([...this.#known()].filter(([other]) => other !== id));
  }

  #known(): ReadonlyMap<string, LiveCamera> {
    return this.cameras.peek() ?? new Map<string, LiveCamera>();
  }

  /** Who was known stays the same; the list does, too, when only what is known of them moved. */
  #replace(cameras: readonly Camera[]): void {
    const known = this.cameras.peek();
    const next = new Map<string, LiveCamera>();
    for (const camera of cameras) {
      const live = known?.get(camera.id) ?? liveCamera(camera);
      updateCamera(live, camera);
      next.set(camera.id, live);
    }
    if (known === null || [...known.keys()].join() !== [...next.keys()].join()) this.cameras.value = next;
  }
}
