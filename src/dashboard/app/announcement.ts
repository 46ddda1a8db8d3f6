import type { LabelEvent } from '../state/messages.ts';

/** What is said of events that began: the newest by name, the others by number. Empty when there is nothing to say. */
export function announcement(begun: readonly LabelEvent[], nameOf: (cameraId: string) => string): string {
  const newest = begun[0];
  if (!newest) return '';
  const rest = begun.length - 1;
  const more = rest === 0 ? '' : `, and ${rest} more ${rest === 1 ? 'event' : 'events'}`;
  return `${nameOf(newest.camera)}: ${newest.rule}, ${newest.label}${more}.`;
}

/** Those of a log, newest first, that began after a time, and still go on or not. ISO 8601. */
export function begunSince(log: readonly LabelEvent[], since: string): readonly LabelEvent[] {
  const end = log.findIndex(({ startedAt }) => startedAt <= since);
  return end === -1 ? log : log.slice(0, end);
}
