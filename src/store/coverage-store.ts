import type { CoverageChange } from '../events/coverage.ts';

/** A query that would give more entries than this is refused: ask for a shorter time, or for one camera. */
export const MOST_COVERAGE_ENTRIES = 10_000;

export interface CoverageQuery {
  readonly camera?: string;
  /** On the record's clock, ms; `sinceMs` inclusive, `untilMs` exclusive. */
  readonly sinceMs: number;
  readonly untilMs: number;
}

/** How the record stands: the newest entry of each camera, those that ended included, and when its daemon was last known to live. */
export interface CoverageEnds {
  readonly changes: readonly CoverageChange[];
  /** On the record's clock, ms; null before the first entry. */
  readonly aliveMs: number | null;
}

/**
 * The record of coverage. It takes entries in the order of their time, a camera at a time; an entry replaces what the record says of its `since` and later.
 */
export interface CoverageStore {
  /**
   * Takes entries, and that the daemon lives at `aliveMs`; returns at once and never throws. What cannot be written now is written as soon as it can
   * be; when too much of a camera waits, all but its newest entry becomes `blind`, `unrecorded`, and is counted.
   */
  record(changes: readonly CoverageChange[], aliveMs: number): void;
  /** Entries given up as `unrecorded`, since the start. */
  readonly unrecorded: number;
  /**
   * By camera, oldest first: each camera's entries within the time, with the one before that still holds at its begin. What waits to be written
   * is included. `'tooMany'`: there are more than MOST_COVERAGE_ENTRIES. Throws FramewatchError STORE_UNAVAILABLE.
   */
  query(query: CoverageQuery): Promise<readonly CoverageChange[] | 'tooMany'>;
  /** Throws FramewatchError STORE_UNAVAILABLE. */
  ends(): Promise<CoverageEnds>;
}
