import type { CameraConfig } from '../config/config.ts';
import { LiveCamera, type LiveCameraParts } from './live-camera.ts';
import type { LiveWish } from './live-message.ts';
import { type LiveSocket, LiveViewer, type ViewerEnd } from './live-viewer.ts';

/** At most so many cameras are looked at at once, each with one child that reads it and at most one that codes it anew … */
export const MOST_CAMERAS: number = 8;
/** … by at most so many viewers in all. */
export const MOST_VIEWERS: number = 32;

export interface LiveCamerasParts extends LiveCameraParts {
  /** The camera as it runs now; undefined when there is none of this id. */
  readonly camera: (cameraId: string) => { readonly config: CameraConfig; readonly enabled: boolean } | undefined;
}

/** A viewer's place, until its socket is gone. */
export interface LiveSeat {
  /** Pictures that were left out for it so far, because it was behind. */
  readonly skipped: number;
  /** The socket is gone. Idempotent. */
  leave(): void;
}

/** What WebSockets need of full motion. */
export interface LiveDoor {
  knows(cameraId: string): boolean;
  /** Never throws: who cannot be let in is told why, and the socket is closed. */
  join(cameraId: string, wish: LiveWish, socket: LiveSocket): LiveSeat;
}

/** 1013: try again later; 1008: it never will be let in; 1001: we are going. */
const FULL = 1013;
const CHANGED: ViewerEnd = { code: 1012, reason: 'the camera was configured anew' };
const REMOVED: ViewerEnd = { code: 1001, reason: 'the camera was removed' };
const STOPPING: ViewerEnd = { code: 1001, reason: 'the daemon stops' };

/** Full motion of all cameras, with its limits. */
export class LiveCameras implements LiveDoor {
  readonly #parts: LiveCamerasParts;
  readonly #cameras = new Map<string, LiveCamera>();
  readonly #leaving = new Set<Promise<void>>();
  #isClosed = false;

  constructor(parts: LiveCamerasParts) {
    this.#parts = parts;
  }

  knows(cameraId: string): boolean {
    return this.#parts.camera(cameraId) !== undefined;
  }

  join(cameraId: string, wish: LiveWish, socket: LiveSocket): LiveSeat {
    const camera = this.#camera(cameraId);
    const viewer = new LiveViewer(wish, socket, this.#parts.observer);
    const refusal = camera ? this.#refusal(camera) : REMOVED.reason;
    if (!camera || refusal !== null) {
      this.#parts.observer.liveDropped('limit');
      viewer.tell({ type: 'error', code: 'LIVE_FULL', message: refusal ?? '', nextTryAt: null });
      viewer.close({ code: FULL, reason: refusal ?? '' });
      return { skipped: 0, leave: () => undefined };
    }
    camera.join(viewer);
    return {
      get skipped() {
        return viewer.skipped;
      },
      leave: () => {
        viewer.end();
        camera.leave(viewer);
      },
    };
  }

  /** The camera's switch or configuration may be another now. */
  refresh(cameraId: string): void {
    const held = this.#cameras.get(cameraId);
    if (!held) return;
    const now = this.#parts.camera(cameraId);
    if (now && now.config === held.config) held.setEnabled(now.enabled);
    else this.#part(held, now ? CHANGED : REMOVED);
  }

  /** Resolves when no child is left. Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const camera of this.#cameras.values()) this.#part(camera, STOPPING);
    await Promise.all(this.#leaving);
  }

  #camera(cameraId: string): LiveCamera | null {
    this.refresh(cameraId);
    const held = this.#cameras.get(cameraId);
    if (held) return held;
    const now = this.#parts.camera(cameraId);
    if (!now || this.#isClosed) return null;
    const camera = new LiveCamera(now.config, now.enabled, this.#parts);
    this.#cameras.set(cameraId, camera);
    return camera;
  }

  /** Why nobody more can look at this camera now; null when somebody can. */
  #refusal(camera: LiveCamera): string | null {
    const all = [...this.#cameras.values()];
    const viewers = all.reduce((sum, { viewers }) => sum + viewers, 0);
    if (viewers >= MOST_VIEWERS) return `${MOST_VIEWERS} viewers look at full motion already; close one`;
    const busy = all.filter((other) => other !== camera && other.isBusy);
    if (busy.length < MOST_CAMERAS) return null;
    // One that lives on only for who might come back makes room.
    const idle = busy.find((other) => other.viewers === 0);
    if (!idle) return `full motion of ${MOST_CAMERAS} cameras is open already; close one`;
    idle.release();
    return null;
  }

  #part(camera: LiveCamera, end: ViewerEnd): void {
    this.#cameras.delete(camera.config.id);
    const gone = camera.close(end).finally(() => this.#leaving.delete(gone));
    this.#leaving.add(gone);
  }
}
