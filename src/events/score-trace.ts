import type { OutsideReason } from './end-reason.ts';

/**
 * The score trace: what the network said of every frame that was judged, small enough to be kept for days, and exact enough to run a rule over it
 * again. It knows what a rule knows: scores, whole milliseconds, and what ended runs and events from outside.
 */

/** A network with no more labels than this is traced whole. */
export const MOST_WHOLE_LABELS = 16;
/** Of a larger one: the strongest of each frame, beside the labels that rules name. */
export const TRACED_TOP = 5;

/** One region of one camera, from when it was taken up until the daemon ended or its configuration changed: rules begin anew with each. */
export interface TraceSession {
  /** No two are the same. */
  readonly key: number;
  readonly camera: string;
  readonly region: string;
  /** Of the trackers; see rule-tracker.ts. */
  readonly maxGapMs: number;
  /** Labels whose score every frame has: all of a small network, else those that rules name. */
  readonly labels: readonly string[];
  /** These are all labels there are. */
  readonly whole: boolean;
  /** Labels of each rule with several: their sum is kept as the rule saw it, since rounded parts add up to something else. */
  readonly groups: readonly (readonly string[])[];
}

/** Consecutive entries of a session. The newest one grows: of two with the same number the later has what the earlier has, and more. */
export interface TraceChunk {
  /** From 0, within the session: one that is missing was lost. */
  readonly number: number;
  /** Wall clock, ms: earliest and latest of its entries. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly frames: number;
  /** What the entries' label numbers mean; empty for a network that is traced whole. */
  readonly labels: readonly string[];
  /** See trace-encoder.ts. */
  readonly bytes: Uint8Array;
}

export interface TracedChunk {
  readonly session: TraceSession;
  readonly chunk: TraceChunk;
}

export type TraceEntry = TraceFrame | TraceBreak;

export interface TraceFrame {
  readonly kind: 'frame';
  /** Arrival, whole ms: monotonic within a session, and on the wall clock. */
  readonly mono: number;
  readonly wall: number;
  readonly sequence: number;
  /** By label, rounded as everywhere. One of `session.labels` that is not there has 0. */
  readonly scores: ReadonlyMap<string, number>;
  /** In the order of `session.groups`. */
  readonly groups: readonly number[];
}

/** Runs and events ended here, from outside; `recovered`: here at the latest, for the daemon began. */
export interface TraceBreak {
  readonly kind: 'break';
  readonly mono: number;
  readonly wall: number;
  readonly reason: OutsideReason;
}

/** Their places are what is written: add at the end only. */
export const BREAK_REASONS: readonly OutsideReason[] = ['cameraOffline', 'cameraDisabled', 'configChanged', 'shutdown', 'recovered'];
