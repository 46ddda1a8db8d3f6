import { type Signal, signal } from '@preact/signals';
import { type LiveCamera, liveCamera, updateCamera } from './live-camera.ts';
import type { Camera } from './messages.ts';
import { MissingCameras } from './missing-cameras.ts';

/**
 * The cameras that there are. A daemon that starts knows none until its network is there, which may take a minute, and sends no numbers until then: what is known from
 * before stays for so long, and no page says that there is no camera.
 */
export class CameraList {
  /** By id, in the order of the configuration; null until it is known. */
  readonly cameras: Signal<ReadonlyMap<string, LiveCamera> | null> = signal(null);
  readonly #missing = new MissingCameras();
  #mayBeStarting = true;

  /** As the daemon greets. */
  greeted(cameras: readonly Camera[]): void {
    this.#mayBeStarting = cameras.length === 0;
    if (this.#mayBeStarting) return;
    const known = this.cameras.peek();
    const next = new Map<string, LiveCamera>();
    for (const camera of cameras) {
      const live = known?.get(camera.id) ?? liveCamera(camera);
      updateCamera(live, camera);
      next.set(camera.id, live);
    }
    this.cameras.value = next;
  }

  /** The daemon has sent numbers. */
  running(): void {
    this.#mayBeStarting = false;
    if (this.cameras.peek() === null) this.cameras.value = new Map();
  }

  update(camera: Camera): void {
    const known = this.cameras.peek() ?? new Map<string, LiveCamera>();
    const live = known.get(camera.id);
    if (live) updateCamera(live, camera);
    else this.cameras.value = new Map(known).set(camera.id, liveCamera(camera));
  }

  /** An answer of the daemon has these of the cameras that it was asked for: what two in a row do not have is gone. */
  answered(asked: readonly string[], present: readonly string[]): void {
    if (this.#mayBeStarting) return;
    const gone = this.#missing.answered(asked, new Set(present));
    if (gone.size > 0) this.cameras.value = new Map([...(this.cameras.peek() ?? [])].filter(([id]) => !gone.has(id)));
  }
}
