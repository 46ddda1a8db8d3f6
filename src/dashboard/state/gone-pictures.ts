import type { EventPage, LabelEvent } from './messages.ts';

/** The events of an answer, each with what the answer says of its pictures. */
export function eventsOf({ events, gone }: Pick<EventPage, 'events' | 'gone'>): readonly LabelEvent[] {
  return events.map((event) => {
    const kinds = gone[event.id];
    return kinds ? { ...event, gone: kinds } : event;
  });
}

/** `newer` in the place of a message of the same event: a picture that is gone does not come back. */
export function inPlaceOf(known: LabelEvent, newer: LabelEvent): LabelEvent {
  return known.gone && !newer.gone ? { ...newer, gone: known.gone } : newer;
}
