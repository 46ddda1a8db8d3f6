import type { LabelEvent, UnsequencedEvent } from './label-event.ts';

/**
 * The end of an event that a crash left open, made from its newest stored message. It ended, as far as anybody knows, when it was
 * last seen: `at` and `endedAt` are the time of that message, not of the restart.
 */
export function recoveredEnd(newest: LabelEvent): UnsequencedEvent {
  const { sequence: _given, explain, ...message } = newest;
  const end = { ...message, type: 'end', endedAt: message.at, endReason: 'recovered' } as const;
  return explain ? { ...end, explain: { rule: explain.rule, because: { kind: 'outside', reason: 'recovered' } } } : end;
}
