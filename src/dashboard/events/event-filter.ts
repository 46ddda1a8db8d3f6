import type { LabelEvent } from '../state/messages.ts';

/** What the list shows; it stands in the query of the address, in UTC, so that it can be kept and sent. Empty: no matter. */
export interface EventFilter {
  readonly camera: string;
  readonly rule: string;
  readonly label: string;
  /** Empty: each event once. Else all messages of this type, one by one. */
  readonly type: '' | LabelEvent['type'];
  /** ISO 8601, UTC. */
  readonly since: string;
  readonly until: string;
}

export const NO_FILTER: EventFilter = { camera: '', rule: '', label: '', type: '', since: '', until: '' };
export const TYPES = ['start', 'update', 'end'] as const;
const TEXTS = ['camera', 'rule', 'label'] as const;
const TIMES = ['since', 'until'] as const;
const LONGEST_TEXT = 128;

/** Of the query of an address; what the daemon would refuse in it is left out. */
export function eventFilterOf(query: string): EventFilter {
  const parameters = new URLSearchParams(query);
  const filter: Record<keyof EventFilter, string> = { ...NO_FILTER };
  for (const name of TEXTS) {
    const text = parameters.get(name) ?? '';
    if (text.length <= LONGEST_TEXT && (name !== 'camera' || /^[\w-]{0,64}$/.test(text))) filter[name] = text;
  }
  filter.type = TYPES.find((type) => type === parameters.get('type')) ?? '';
  for (const name of TIMES) filter[name] = utcOf(parameters.get(name) ?? '');
  if (filter.since !== '' && filter.until !== '' && filter.since >= filter.until) filter.until = '';
  return filter as EventFilter;
}

/** With its question mark; empty when everything is shown. */
export function queryOf(filter: EventFilter): string {
  const text = parametersOf(filter).toString();
  return text === '' ? '' : `?${text}`;
}

/** For `/api/events`: `limit` rows, from the newest on, or before a message. */
export function apiQuery(filter: EventFilter, limit: number, before: number | null): string {
  const parameters = parametersOf(filter);
  if (filter.type === '') parameters.set('per', 'event');
  if (before !== null) parameters.set('before', String(before));
  parameters.set('limit', String(limit));
  return `?${parameters.toString()}`;
}

/** Whether a message that came is of those that the list shows. */
export function isWanted(event: LabelEvent, { camera, rule, label, type, since, until }: EventFilter): boolean {
  const at = type === '' ? event.startedAt : event.at;
  return (
    (camera === '' || event.camera === camera) &&
    (rule === '' || event.rule === rule) &&
    (label === '' || event.label === label) &&
    (type === '' || event.type === type) &&
    (since === '' || at >= since) &&
    (until === '' || at < until)
  );
}

/** As the field of a form has it, in the time zone of the browser: `2026-11-22T07:11`, with its seconds where it has some. */
export function localFieldOf(utc: string): string {
  if (utc === '') return '';
  const at = new Date(utc);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, at.getUTCSeconds() === 0 ? 16 : 19);
}

/** Empty for what is no time. Takes the forms of fields (local) and of addresses (UTC). */
export function utcOf(text: string): string {
  const ms = Date.parse(text);
  const iso = Number.isNaN(ms) ? '' : new Date(ms).toISOString();
  // Longer: beyond the four-digit years, where texts no longer compare like times.
  return iso.length === 'yyyy-mm-ddThh:mm:ss.mmmZ'.length ? iso : '';
}

function parametersOf(filter: EventFilter): URLSearchParams {
  const parameters = new URLSearchParams();
  for (const name of [...TEXTS, 'type', ...TIMES] as const) if (filter[name] !== '') parameters.set(name, filter[name]);
  return parameters;
}
