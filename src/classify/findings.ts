import type { RuleConfig } from '../config/config.ts';
import type { EngineInfo } from '../engine/engine.ts';
import type { RuleInterval } from '../events/rule-intervals.ts';
import { FramewatchError } from '../util/errors.ts';
import type { CondensedTimeline } from './label-timeline.ts';
import type { Thumbnail } from './thumbnails.ts';

/** In how many of the judged pictures a label was the strongest, 0…1. */
export interface LabelShare {
  readonly label: string;
  readonly share: number;
}

/** What was seen in one region of one recording. */
export interface RegionFindings {
  readonly region: string;
  /** Largest first, without labels that never were the strongest. */
  readonly shares: readonly LabelShare[];
  /** For the report; null when there is none. */
  readonly timeline: CondensedTimeline | null;
  /** In the order of their times. */
  readonly thumbnails: readonly Thumbnail[];
}

/** All that is told of one recording in the end. */
export interface FileFindings {
  /** As the user named it. */
  readonly file: string;
  /** As the file announces it, or as far as it was read if that is further; null when nothing is known. */
  readonly durationMs: number | null;
  readonly codec: string | null;
  readonly width: number | null;
  readonly height: number | null;
  /** Pictures with verdicts. */
  readonly judged: number;
  /** Pictures that were read but got none. */
  readonly unjudged: number;
  /** The last picture with a verdict, ms from the start of the file. */
  readonly judgedMs: number;
  /** Its share of the run's time. */
  readonly seconds: number;
  readonly regions: readonly RegionFindings[];
  /** By their start. */
  readonly intervals: readonly RuleInterval[];
  /** It was read to its end, and every picture that was asked for has its verdict. */
  readonly complete: boolean;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly warnings: readonly string[];
}

/** What a run is about, known before its first verdict. */
export interface RunFacts {
  readonly version: string;
  /** ISO 8601. */
  readonly at: string;
  readonly model: string;
  /** In the order of the network's outputs. */
  readonly labels: readonly string[];
  readonly regions: readonly string[];
  readonly rules: readonly RuleConfig[];
  /** As asked for; null: every picture. */
  readonly fps: number | null;
}

/** What came out of it. */
export interface RunTotals {
  readonly files: readonly FileFindings[];
  readonly judged: number;
  /** From the first picture to the last verdict. */
  readonly seconds: number;
  readonly framesPerSecond: number;
  /** In so much of this time the network ran, 0…1: near 1, it is the limit; else reading and decoding are. */
  readonly networkShare: number;
  /** What ran; null when it did not come to that. */
  readonly engine: Pick<EngineInfo, 'model' | 'sha256' | 'backend' | 'device' | 'precision'> | null;
  /** Why it is not all; null when it is, but for files with an error. */
  readonly partialReason: string | null;
}

/** Of a file of which nothing was judged, and why (null: it was not its fault). */
export function noFindings(file: string, why: unknown): FileFindings {
  const error = why instanceof FramewatchError ? { code: why.code, message: why.message } : null;
  const unknown = { durationMs: null, codec: null, width: null, height: null };
  return { file, ...unknown, judged: 0, unjudged: 0, judgedMs: 0, seconds: 0, regions: [], intervals: [], complete: false, error, warnings: [] };
}

/** Why an interval is over that no picture ended. `isWhole`: its file was judged to its end. */
export function endInWords(reason: 'maxDuration' | 'fileEnd', isWhole: boolean): string {
  if (reason === 'maxDuration') return 'longest duration';
  return isWhole ? 'until the end' : 'still held';
}
