import type { LabelEvent } from '../state/messages.ts';

/** An event is told before its picture is stored: so long after its begin it is asked for, and where it was not there once more. */
const ASKED_AFTER_MS = [3_000, 20_000] as const;

/** `none`: no picture was made. `coming`: it is not stored yet. `there`: it can be asked for. `gone`: it is not kept (any more). */
export type PictureStep = 'none' | 'coming' | 'there' | 'gone';

/** What to show of the picture of an event that began `ageMs` ago, after so many tries that failed: it may have been removed since we were told of it. */
export function pictureStep({ snapshot, gone = [] }: Pick<LabelEvent, 'snapshot' | 'gone'>, ageMs: number, failures: number): PictureStep {
  if (snapshot === null) return 'none';
  const waitMs = ASKED_AFTER_MS[failures];
  if (waitMs === undefined || gone.includes('snapshot')) return 'gone';
  // A second try is for one that was asked for too early; that of an old event was not.
  if (failures > 0 && ageMs > 3 * waitMs) return 'gone';
  return ageMs > waitMs ? 'there' : 'coming';
}
