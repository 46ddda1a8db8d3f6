import type { Camera } from '../state/messages.ts';
import { countdown, coverageInWords, troubleOf } from '../ui/words.ts';

type Watched = Pick<Camera, 'state' | 'error' | 'nextTryAt' | 'coverage'>;

/** Why what a tile shows is old, with the countdown to the next try: "401: wrong user or password, next try in 4:12". Null while it is live. `nowMs`: the daemon's clock. */
export function staleReason(camera: Watched, nowMs: number): string | null {
  const why = staleWhy(camera);
  const next = nextTry(camera, nowMs);
  return why === null || next === null ? why : `${why}, ${next}`;
}

/** The reason alone. */
export function staleWhy(camera: Watched): string | null {
  return troubleOf(camera) ?? (camera.coverage?.state === 'blind' ? coverageInWords(camera.coverage) : null);
}

/** "next try in 4:12"; null when none is waited for. */
export function nextTry({ state, nextTryAt }: Watched, nowMs: number): string | null {
  if (nextTryAt === null || state === 'live' || state === 'disabled') return null;
  const leftMs = Date.parse(nextTryAt) - nowMs;
  return `next try ${leftMs > 0 ? `in ${countdown(leftMs)}` : 'now'}`;
}
