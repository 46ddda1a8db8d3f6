import { isoTime } from '../util/clock.ts';

export const COVERAGE_STATES = ['watching', 'reduced', 'blind'] as const;

/** `watching`: judged about as often as asked; `reduced`: judged, but clearly more rarely; `blind`: not judged. */
export type CoverageState = (typeof COVERAGE_STATES)[number];

export const COVERAGE_REASONS = [
  // The camera: no pictures come, it refuses the login, the switch is off, its stream has fewer pictures than asked, or they cannot be judged.
  'offline',
  'authFailed',
  'disabled',
  'source',
  'invalid',
  // What was chosen: only key frames, a motion gate.
  'keyframes',
  'motion',
  // The machine: more is asked than it can judge; no engine.
  'overload',
  'engine',
  // The daemon: it took a changed configuration, ended, begins, died without a word, or time passed (or was skipped) in which it did not run.
  'reload',
  'shutdown',
  'start',
  'crash',
  'suspended',
  // The record itself: what happened could not be written down, and was too much to keep.
  'unrecorded',
] as const;

export type CoverageReason = (typeof COVERAGE_REASONS)[number];

/** How a camera is covered, since when. `since`: ms since the epoch on the record's clock (record-clock.ts). `reason` is null exactly while it is watching. */
export interface Coverage {
  readonly state: CoverageState;
  readonly since: number;
  readonly reason: CoverageReason | null;
}

/**
 * An entry of the record: from `since` on the camera is covered like this, until its next entry. What the record said of `since` and later is
 * replaced. So there can be neither hole nor overlap, and what is found out late is corrected by being written. `state: null` ends the
 * record of a camera that nobody asks for any more.
 */
export interface CoverageChange {
  readonly camera: string;
  readonly since: number;
  readonly state: CoverageState | null;
  readonly reason: CoverageReason | null;
}

/** One moment on two clocks, ms: monotonic, for arithmetic, and the record's, for people. */
export interface Moment {
  readonly mono: number;
  readonly at: number;
}

/** What other programs see: the retained topic, and a part of the camera's view. */
export interface CoverageView {
  readonly state: CoverageState;
  /** ISO 8601. */
  readonly since: string;
  readonly reason: CoverageReason | null;
}

export function coverageView({ state, since, reason }: Coverage): CoverageView {
  return { state, since: isoTime(since), reason };
}
