import type { LabelEvent, UnsequencedEvent } from '../events/label-event.ts';

/** The message as it is published: the same keys in the same order, in memory and in the file. */
export function withSequence(event: UnsequencedEvent, sequence: number): LabelEvent {
  const { schema, id, ...rest } = event;
  return { schema, id, sequence, ...rest };
}
