import type { CoverageChange } from '../events/coverage.ts';
import type { UnsequencedEvent } from '../events/label-event.ts';
import type { TracedChunk } from '../events/score-trace.ts';
import type { Announced } from './announcement-store.ts';
import type { CoverageEnds, CoverageQuery } from './coverage-store.ts';
import type { EventQuery } from './event-store.ts';
import type { DeadLetters, Settlement } from './outbox.ts';
import type { PictureKind } from './picture-kind.ts';
import type { StoredSwitch } from './switch-store.ts';

/** What the daemon asks the store's worker, and what it gets: plain values, they cross a thread. */
export interface StoreCalls {
  /**
   * `after`: the highest sequence known when these events were first tried; what an earlier try of them stored is not stored again.
   * `outboxMs`: in the same transaction they come into the outbox, at this time (wall clock, ms); null: they do not.
   */
  append: {
    arguments: { readonly events: readonly UnsequencedEvent[]; readonly after: number; readonly outboxMs: number | null };
    result: { readonly firstSequence: number };
  };
  /** Writes and syncs about as much as an event does: whether it can be done. */
  probe: { arguments: null; result: null };
  query: { arguments: EventQuery; result: { readonly payloads: readonly string[] } };
  course: { arguments: { readonly id: string }; result: { readonly payloads: readonly string[] } };
  openEvents: { arguments: null; result: { readonly payloads: readonly string[] } };
  /** See Outbox. */
  outboxPage: {
    arguments: { readonly after: number; readonly limit: number };
    result: { readonly entries: readonly { readonly payload: string; readonly startUntold: boolean }[] };
  };
  settleOutbox: { arguments: Settlement; result: null };
  /** MQTT is off: nobody will ever take what waits. */
  abandonOutbox: { arguments: { readonly detail: string; readonly atMs: number }; result: { readonly abandoned: number } };
  deadLetters: { arguments: { readonly limit: number }; result: DeadLetters };
  /** Lists a picture before it is written; 0 bytes: it could not be. */
  registerPicture: { arguments: { readonly id: string; readonly kind: PictureKind; readonly bytes: number; readonly savedMs: number }; result: null };
  forgetSnapshots: { arguments: { readonly ids: readonly string[] }; result: null };
  /** Entries of the record of coverage, in order, and when the daemon lived; to do it again changes nothing. */
  recordCoverage: { arguments: { readonly changes: readonly CoverageChange[]; readonly aliveMs: number }; result: null };
  /** Null: too many. */
  coverage: { arguments: CoverageQuery; result: { readonly changes: readonly CoverageChange[] | null } };
  coverageEnds: { arguments: null; result: CoverageEnds };
  switches: { arguments: null; result: { readonly switches: readonly StoredSwitch[] } };
  setSwitch: { arguments: StoredSwitch; result: null };
  removeSwitch: { arguments: { readonly camera: string }; result: null };
  announced: { arguments: null; result: { readonly announced: readonly Announced[] } };
  setAnnounced: { arguments: Announced; result: null };
  removeAnnounced: { arguments: { readonly name: string }; result: null };
  /** Parts of the score trace, in order; to do it again changes nothing. */
  recordScores: { arguments: { readonly parts: readonly TracedChunk[] }; result: null };
  /** One small step: removes some events or entries of coverage, or names some pictures to remove (the caller deletes the files, then forgets them). */
  pruneStep: { arguments: PruneLimits; result: PruneStep };
  /** Writes the log back into the database, closes it, drops the lock. */
  close: { arguments: null; result: null };
}

/** What one step removed, and whose pictures are to go. */
export interface PruneStep {
  readonly events: number;
  readonly snapshots: readonly string[];
  /** Entries of the record of coverage. */
  readonly coverage: number;
  /** Of the events, messages that the broker had not taken yet. */
  readonly outgrown: number;
  /** Parts of the score trace. */
  readonly scores: number;
}

export interface PruneLimits {
  /** Wall clock, ms: events and coverage (snapshots, the score trace) from before this go. */
  readonly eventsBefore: number;
  readonly snapshotsBefore: number;
  readonly scoresBefore: number;
  /** Database and pictures together; above it the oldest go. */
  readonly maxBytes: number;
}

export type StoreCallName = keyof StoreCalls;

export interface StoreRequest<N extends StoreCallName = StoreCallName> {
  readonly id: number;
  readonly name: N;
  readonly arguments: StoreCalls[N]['arguments'];
  /** The highest sequence that the daemon has seen: a database that must be begun anew goes on from there. */
  readonly lastSequence: number;
}

/** The history's bounds after the call. */
export interface HistoryBounds {
  readonly storeId: string;
  readonly lastSequence: number;
  readonly oldestSequence: number;
}

export interface StoreFacts extends HistoryBounds {
  readonly outbox: { readonly depth: number; readonly oldestMs: number | null };
}

export interface StoreFailure {
  readonly code: 'STORE_UNAVAILABLE' | 'STORE_LOCKED' | 'INTERNAL';
  readonly message: string;
}

export type StoreReply =
  | { readonly id: number; readonly result: StoreCalls[StoreCallName]['result']; readonly facts: StoreFacts }
  | { readonly id: number; readonly failure: StoreFailure };

/** Sent without being asked: once when the worker has opened (or failed to), and whenever a corrupt file was set aside. */
export type StoreNotice =
  | { readonly notice: 'opened'; readonly facts: StoreFacts }
  | { readonly notice: 'failed'; readonly failure: StoreFailure }
  | { readonly notice: 'setAside'; readonly file: string; readonly reason: string; readonly unsent: number | null };

export interface StoreWorkerData {
  readonly stateDir: string;
  readonly instance: string;
  /** The daemon's, ISO 8601: for the lock. */
  readonly since: string;
  readonly lastSequence: number;
}
