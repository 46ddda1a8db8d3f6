import { inPlaceOf } from './gone-pictures.ts';
import type { LabelEvent } from './messages.ts';

export const MOST_EVENTS = 500;

// Times of the daemon are all written alike, so that they sort as texts: a backlog of thousands must not be parsed again and again.

/**
 * The newest message of each event, newest begin first. A message of a known event takes the place of the one before it; an older one changes nothing. Beyond
 * `most` the event leaves of which nothing was heard for longest, not the one that began first: the end of a long one must not be lost.
 */
export function withEvent(log: readonly LabelEvent[], event: LabelEvent, most: number = MOST_EVENTS): readonly LabelEvent[] {
  const index = log.findIndex(({ id }) => id === event.id);
  const known = log[index];
  if (known) return known.sequence >= event.sequence ? log : log.with(index, inPlaceOf(known, event));
  const place = log.findIndex((other) => other.startedAt <= event.startedAt);
  return withoutLongestSilent(log.toSpliced(place === -1 ? log.length : place, 0, event), most);
}

function withoutLongestSilent(log: readonly LabelEvent[], most: number): readonly LabelEvent[] {
  if (log.length <= most) return log;
  const kept = log.toSorted((a, b) => b.sequence - a.sequence)[most - 1]?.sequence ?? 0;
  return log.filter(({ sequence }) => sequence >= kept);
}

/** From messages of the history, in any order. */
export function eventLogOf(messages: readonly LabelEvent[], most: number = MOST_EVENTS): readonly LabelEvent[] {
  const newest = new Map<string, LabelEvent>();
  for (const event of messages) if ((newest.get(event.id)?.sequence ?? 0) < event.sequence) newest.set(event.id, event);
  return withoutLongestSilent(
    [...newest.values()].sort((a, b) => (a.startedAt < b.startedAt ? 1 : a.startedAt > b.startedAt ? -1 : 0)),
    most,
  );
}
