import type { ChildNote } from '../stream/child-notes.ts';
import { isoTime } from '../util/clock.ts';
import type { CameraLog } from './monitor-view.ts';

/** What `/api/cameras/:id/log` says. The lines are redacted already. */
export function cameraLog(camera: string, notes: readonly ChildNote[]): CameraLog {
  const children = notes.map(({ startedMs, endedMs, omitted, lines }) => ({
    startedAt: isoTime(startedMs),
    endedAt: endedMs === null ? null : isoTime(endedMs),
    omitted,
    lines: lines.map(({ atMs, text }) => ({ at: isoTime(atMs), text })),
  }));
  return { camera, children };
}
