import type { LabelEvent, LabelEventType } from '../events/label-event.ts';

/** A page never has more entries than this, however many are asked for. */
export const MOST_OUTBOX_ENTRIES = 1_000;

/** A message that waits for the broker. */
export interface OutboxEntry {
  readonly event: LabelEvent;
  /** The start of its event became a dead letter because it was too old: nobody knows of the event. */
  readonly startUntold: boolean;
}

/** `refused`: the broker said no to its topic. `expired`: too old to be told, by choice. `abandoned`: MQTT was switched off. */
export type DeadLetterReason = 'refused' | 'expired' | 'abandoned';

/** A message that will not be sent. It stays in the history. */
export interface DeadLetter {
  readonly sequence: number;
  readonly eventId: string;
  readonly type: LabelEventType;
  readonly camera: string;
  readonly topic: string;
  readonly reason: DeadLetterReason;
  /** A sentence without secrets; what the broker said. */
  readonly detail: string;
  /** Wall clock, ms: when it was given up. */
  readonly atMs: number;
}

/** Dead letters that are kept: those of events that still are in the history. */
export interface DeadLetters {
  readonly counts: Readonly<Partial<Record<DeadLetterReason, number>>>;
  /** Newest first, the newest only. */
  readonly newest: readonly DeadLetter[];
}

/** What became of messages that waited. */
export interface Settlement {
  /** Sequences that the broker has acknowledged. */
  readonly delivered: readonly number[];
  readonly dead: readonly DeadLetter[];
}

/**
 * The messages of the history that the broker has not acknowledged. A message is in it from the transaction that stores its event until the one that settles it;
 * so after a crash it is sent again, rather than never. Calls throw FramewatchError STORE_UNAVAILABLE, and have then changed nothing.
 */
export interface Outbox {
  /** Messages in it. */
  readonly depth: number;
  /** When the oldest one came into it, wall clock, ms; null when it is empty. */
  readonly oldestMs: number | null;
  /** Messages that retention removed, for want of space, before the broker took them; since the start. */
  readonly outgrown: number;
  /** Those with a higher sequence than `after`, lowest first, at most `limit`. */
  page(after: number, limit: number): Promise<readonly OutboxEntry[]>;
  /** One transaction. To settle again what is settled changes nothing. */
  settle(settlement: Settlement): Promise<void>;
  /** At most `limit` of them, with the count of all. */
  deadLetters(limit: number): Promise<DeadLetters>;
}
