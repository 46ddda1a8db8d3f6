import type { Tile } from './live-camera.ts';
import type { Camera } from './messages.ts';

/**
 * How old a picture is, ms. The daemon knows it of the newest that it judged: of a camera that went away an hour ago that one comes to a page that is opened now, and it is an hour
 * old. Of any other it counts from when it came. `daemonNowMs`: the daemon's clock. `nowMs`: the one of `atMs`.
 */
export function pictureAgeMs(
  { sequence, atMs }: Pick<Tile, 'sequence' | 'atMs'>,
  camera: Pick<Camera, 'sequence' | 'at'>,
  { daemonNowMs, nowMs }: { readonly daemonNowMs: number; readonly nowMs: number },
): number {
  const isKnown = camera.at !== null && camera.sequence === sequence;
  return Math.max(0, isKnown ? daemonNowMs - Date.parse(camera.at) : nowMs - atMs);
}
