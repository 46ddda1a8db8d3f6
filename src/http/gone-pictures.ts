import type { LabelEvent } from '../events/label-event.ts';
import type { PictureKind } from '../store/picture-kind.ts';
import type { EventHistory } from './monitor-view.ts';

/** An event is told before its pictures are stored. What is not there so long after its begin does not come (any more). */
const STORED_WITHIN_MS = 60_000;

/**
 * By event, the pictures that its messages name and that are not kept (any more): retention removes pictures before it removes events. The
 * messages themselves stay as they were published. Throws FramewatchError STORE_UNAVAILABLE.
 */
export async function gonePictures(
  history: Pick<EventHistory, 'keptPictures'>,
  events: readonly Pick<LabelEvent, 'id' | 'startedAt' | 'snapshot' | 'strip'>[],
  nowMs: number,
): Promise<Readonly<Record<string, readonly PictureKind[]>>> {
  const named = new Map<string, readonly PictureKind[]>();
  for (const { id, startedAt, snapshot, strip } of events) {
    if (nowMs - Date.parse(startedAt) < STORED_WITHIN_MS) continue;
    const kinds: PictureKind[] = [];
    if (snapshot !== null) kinds.push('snapshot');
    if (strip !== null) kinds.push('strip');
    if (kinds.length > 0) named.set(id, kinds);
  }
  const kept = await history.keptPictures([...named.keys()]);
  const gone = [...named].map(([id, kinds]) => [id, kinds.filter((kind) => kept.get(id)?.includes(kind) !== true)] as const);
  return Object.fromEntries(gone.filter(([, kinds]) => kinds.length > 0));
}
