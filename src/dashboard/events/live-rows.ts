import { inPlaceOf } from '../state/gone-pictures.ts';
import type { LabelEvent } from '../state/messages.ts';
import { type EventFilter, isWanted } from './event-filter.ts';
import type { EventList } from './event-pages.ts';

export interface News {
  readonly count: number;
  /** There are more than these: the page has not kept all of them. */
  readonly isLeast: boolean;
}

/**
 * How much came that is not in the list and would stand in it: events that began, or messages where messages are listed. `log`: the newest message of each
 * event. `told`: all messages. Of both only the last `most` are there.
 */
export function newsOf(
  list: EventList,
  { log, told, most }: { readonly log: readonly LabelEvent[]; readonly told: readonly LabelEvent[]; readonly most: number },
  filter: EventFilter,
): News {
  // Nothing is new to a list that has not been read.
  if (list.rest === 'unknown') return { count: 0, isLeast: false };
  const isLater = ({ sequence }: LabelEvent) => sequence > list.sequence;
  const kept = filter.type === '' ? log : told;
  const later = kept.filter((event) => isLater(event) && isWanted(event, filter));
  return { count: filter.type === '' ? began(list, later) : later.length, isLeast: kept.length >= most && kept.every(isLater) };
}

function began(list: EventList, later: readonly LabelEvent[]): number {
  if (later.length === 0) return 0;
  const known = new Set(list.rows.map(({ id }) => id));
  // Ids rise with time: what is older than the oldest row is one that goes on further down.
  const oldestId = list.rest === 'none' ? '' : (list.rows.at(-1)?.id ?? '');
  return later.filter(({ id }) => !known.has(id) && id > oldestId).length;
}

/** The row as it stands now: an event goes on, rises and ends while it is in the list. */
export function currentRow(row: LabelEvent, live: ReadonlyMap<string, LabelEvent>, filter: EventFilter): LabelEvent {
  const newer = filter.type === '' ? live.get(row.id) : undefined;
  return newer !== undefined && newer.sequence > row.sequence ? inPlaceOf(row, newer) : row;
}

/** Time of the day; of other days with their date. Both in the way of the browser's language. */
export function whenWords(at: string, nowMs: number): string {
  const [then, now] = [new Date(at), new Date(nowMs)];
  const time = then.toLocaleTimeString();
  if (then.toDateString() === now.toDateString()) return time;
  const isThisYear = then.getFullYear() === now.getFullYear();
  const day = then.toLocaleDateString([], { day: 'numeric', month: 'short', ...(isThisYear ? {} : { year: 'numeric' }) });
  return `${day}, ${time}`;
}

/** From its begin to its end, or to its newest message, ms. */
export function lastedMs({ startedAt, endedAt, at }: Pick<LabelEvent, 'startedAt' | 'endedAt' | 'at'>): number {
  return Math.max(0, Date.parse(endedAt ?? at) - Date.parse(startedAt));
}
