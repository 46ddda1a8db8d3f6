import type { Coverage, CoverageChange } from './coverage.ts';

/** Where the record of before ended: the newest entry of each camera, and when the daemon was last known to live. */
export interface RecordedBefore {
  readonly changes: readonly CoverageChange[];
  readonly aliveMs: number | null;
}

export interface RecoveredCoverage {
  /** What is to be recorded first. */
  readonly changes: readonly CoverageChange[];
  /** How each camera of the configuration stands: all are blind. */
  readonly blind: ReadonlyMap<string, Coverage>;
}

/**
 * Goes on where the record of before ended. A daemon that ended in order left every camera `blind: shutdown`, and that goes on until somebody watches it
 * again. Any other entry was left by one that died: it held until that was last known to live, and from there on the camera is `blind: crash`. A camera
 * without a record begins at `startAt`, which is not before the end of any, as `blind: start`; the record of one that is no longer configured ends there.
 */
export function recoveredCoverage(before: RecordedBefore, cameras: readonly string[], startAt: number): RecoveredCoverage {
  const changes: CoverageChange[] = [];
  const blind = new Map<string, Coverage>();
  const begin = (camera: string, coverage: Coverage) => {
    blind.set(camera, coverage);
    changes.push({ camera, ...coverage });
  };
  for (const { camera, since, state, reason } of before.changes) {
    if (state === null) continue;
    if (state === 'blind' && (reason === 'shutdown' || reason === 'crash')) blind.set(camera, { state, since, reason });
    else begin(camera, { state: 'blind', since: Math.max(since, before.aliveMs ?? since), reason: 'crash' });
  }
  for (const camera of blind.keys()) {
    if (cameras.includes(camera)) continue;
    blind.delete(camera);
    changes.push({ camera, since: startAt, state: null, reason: null });
  }
  for (const camera of cameras) if (!blind.has(camera)) begin(camera, { state: 'blind', since: startAt, reason: 'start' });
  return { changes, blind };
}
