import type { LabelEvent } from '../state/messages.ts';

export interface ActiveSpan {
  readonly fromMs: number;
  readonly toMs: number;
}

/** When a rule held in a region, by its events. `messages`: any messages of them; one without an end goes on. */
export function activeSpans(messages: readonly LabelEvent[], of: Pick<LabelEvent, 'camera' | 'rule' | 'region'>): readonly ActiveSpan[] {
  const events = new Map<string, { fromMs: number; toMs: number }>();
  for (const message of messages) {
    if (message.camera !== of.camera || message.rule !== of.rule || message.region !== of.region) continue;
    const known = events.get(message.id) ?? { fromMs: Date.parse(message.startedAt), toMs: Number.POSITIVE_INFINITY };
    // The frame that decided it: before, it was a run that might have led nowhere.
    if (message.type === 'start') known.fromMs = Date.parse(message.at);
    if (message.type === 'end') known.toMs = Date.parse(message.endedAt ?? message.at);
    events.set(message.id, known);
  }
  return [...events.values()];
}

export function isActiveAt(spans: readonly ActiveSpan[], atMs: number): boolean {
  return spans.some(({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs);
}
