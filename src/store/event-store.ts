import type { LabelEvent, UnsequencedEvent } from '../events/label-event.ts';
import type { PictureKind } from './picture-kind.ts';

export interface EventQuery {
  readonly camera?: string;
  readonly rule?: string;
  readonly label?: string;
  readonly type?: string;
  /** ISO times, of `at`; `since` inclusive, `until` exclusive. */
  readonly since?: string;
  readonly until?: string;
  /** Sequence: only later ones, oldest first. Without it: newest first. */
  readonly after?: number;
  /** Sequence: only earlier ones. With `per`: only events that began before the one that this message belongs to. */
  readonly before?: number;
  /** `event`: each event once, as its newest message. Order and all filters are those of the message that started it; `type` has no place then. */
  readonly per?: 'event';
  readonly limit: number;
}

/**
 * History. Every call resolves after the transaction is on disk; a failure is FramewatchError STORE_UNAVAILABLE
 * (full or read-only disk, gone worker, too much asked at once) and leaves no half record.
 */
export interface EventStore {
  /** Names this history: another one means that sequences of before mean nothing. */
  readonly storeId: string;
  /** The highest sequence given so far; 0 when there is none. */
  readonly lastSequence: number;
  /** The oldest sequence that is still kept; `lastSequence + 1` when there is none. */
  readonly oldestSequence: number;
  /** What is wrong with writing now, a sentence without secrets; null when the newest write succeeded. Found out by itself, both ways. */
  readonly fault: string | null;
  /** Messages appended and not committed yet. */
  readonly waiting: number;
  /** Messages given up since the start: too many waited, or the program ended first. Neither are later messages of an event kept whose start was. */
  readonly lost: number;
  /**
   * Gives each event its sequence, in order, and commits them together. What may heal (full disk, lock, dead worker) is waited for,
   * in order, however long: so keep nothing heavy until this resolves. Results are those that were stored: when very many wait,
   * starts and updates are given up, and counted as `lost`. Rejects when none of `events` was stored: STORE_UNAVAILABLE when too many
   * wait or the store is closed, INTERNAL when they cannot be stored.
   */
  append(events: readonly UnsequencedEvent[]): Promise<readonly LabelEvent[]>;
  query(query: EventQuery): Promise<readonly LabelEvent[]>;
  /** All messages of one event, oldest first; empty when unknown. */
  course(id: string): Promise<readonly LabelEvent[]>;
  /** The newest message of each event that has no end: those a crash left open. */
  openEvents(): Promise<readonly LabelEvent[]>;
  saveSnapshot(id: string, jpeg: Uint8Array): Promise<void>;
  loadSnapshot(id: string): Promise<Uint8Array | null>;
  /** Kept as long as the snapshot, and removed with it. */
  saveStrip(id: string, jpeg: Uint8Array): Promise<void>;
  loadStrip(id: string): Promise<Uint8Array | null>;
  /** Which pictures of each of these events there are now. */
  keptPictures(ids: readonly string[]): Promise<ReadonlyMap<string, readonly PictureKind[]>>;
  /** Removes what is older than the retention or above the byte limit, in small steps. */
  prune(): Promise<{ readonly events: number; readonly snapshots: number }>;
  close(): Promise<void>;
}
