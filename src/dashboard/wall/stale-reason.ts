import type { Camera } from '../state/messages.ts';
import { countdown, coverageInWords, troubleOf } from '../ui/words.ts';

/** Why what a tile shows is old, with the countdown to the next try: "401: wrong user or password, next try in 4:12". Null while it is live. `nowMs`: the daemon's clock. */
export function staleReason(camera: Pick<Camera, 'state' | 'error' | 'nextTryAt' | 'coverage'>, nowMs: number): string | null {
  const trouble = troubleOf(camera);
  if (trouble === null) return camera.coverage?.state === 'blind' ? coverageInWords(camera.coverage) : null;
  if (camera.nextTryAt === null || camera.state === 'disabled') return trouble;
  const leftMs = Date.parse(camera.nextTryAt) - nowMs;
  return `${trouble}, next try ${leftMs > 0 ? `in ${countdown(leftMs)}` : 'now'}`;
}
