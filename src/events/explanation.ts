import type { RuleConfig } from '../config/config.ts';
import { isoTime } from '../util/clock.ts';
import type { DecidingRun, Observation } from './deciding-frames.ts';
import type { OutsideReason } from './end-reason.ts';
import type { Cause } from './rule-tracker.ts';

/** Why a message came: the numbers of its rule, and what was held against them. Part of LabelEvent, as plain JSON. */
export interface Explanation {
  readonly rule: RuleArithmetic;
  readonly because: Because;
}

/** The rule as it was when the message came. */
export type RuleArithmetic = Pick<
  RuleConfig,
  'labels' | 'enter' | 'minFrames' | 'enterForMs' | 'exit' | 'offDelayMs' | 'cooldownMs' | 'maxDurationMs'
>;

export interface DecidingFrame {
  readonly sequence: number;
  /** Arrival, ISO 8601. */
  readonly at: string;
  /** Score of the rule. */
  readonly score: number;
}

export type Because =
  /** start: so many consecutive frames at or above `enter`. */
  | ({ readonly kind: 'entered' } & DecidingRun<DecidingFrame>)
  /** update: the peak rose, since the message before. */
  | { readonly kind: 'peakRose'; readonly from: number; readonly to: number }
  /** update: the message before is so old, ms. */
  | { readonly kind: 'goesOn'; readonly sinceMs: number }
  /** end: so many consecutive frames below `exit`. */
  | ({ readonly kind: 'exited' } & DecidingRun<DecidingFrame>)
  /** end: it lasted so long, ms from `startedAt` to the deciding frame. */
  | { readonly kind: 'maxDuration'; readonly durationMs: number }
  /** end, for a reason that no score has a part in. */
  | { readonly kind: 'outside'; readonly reason: OutsideReason };

export function explanationOf(rule: RuleArithmetic, cause: Cause): Explanation {
  const { labels, enter, minFrames, enterForMs, exit, offDelayMs, cooldownMs, maxDurationMs } = rule;
  return { rule: { labels, enter, minFrames, enterForMs, exit, offDelayMs, cooldownMs, maxDurationMs }, because: becauseOf(cause) };
}

function becauseOf(cause: Cause): Because {
  if (cause.kind === 'entered') return { ...cause, frames: cause.frames.map(decidingFrame) };
  return cause.kind === 'exited' ? { ...cause, frames: cause.frames.map(decidingFrame) } : cause;
}

function decidingFrame({ sequence, wall, score }: Observation): DecidingFrame {
  return { sequence, at: isoTime(wall), score };
}
