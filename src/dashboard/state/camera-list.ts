import { type LiveCamera, liveCamera, updateCamera } from './live-camera.ts';
import type { Camera } from './messages.ts';

export type CameraList = ReadonlyMap<string, LiveCamera>;

/** All cameras there are, as the daemon tells them: who was known stays, who is not told is gone. The same list when only what is known of them moved. */
export function cameraList(known: CameraList | null, cameras: readonly Camera[]): CameraList {
  const next = new Map<string, LiveCamera>();
  for (const camera of cameras) {
    const live = known?.get(camera.id) ?? liveCamera(camera);
    updateCamera(live, camera);
    next.set(camera.id, live);
  }
  return known !== null && [...known.keys()].join() === [...next.keys()].join() ? known : next;
}

/** The same list when there is no such camera. */
export function withoutCamera(known: CameraList, id: string): CameraList {
  return known.has(id) ? new Map([...known].filter(([other]) => other !== id)) : known;
}
