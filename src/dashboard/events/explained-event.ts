import type { LabelEvent, PictureKind } from '../state/messages.ts';

/** The numbers of the rule as it was when the message came. */
export interface RuleNumbers {
  readonly labels: readonly string[];
  readonly enter: number;
  readonly minFrames: number;
  readonly enterForMs: number;
  readonly exit: number;
  readonly offDelayMs: number;
  readonly cooldownMs: number;
  readonly maxDurationMs: number;
}

export interface DecidingFrame {
  readonly sequence: number;
  readonly at: string;
  readonly score: number;
}

/** `count` consecutive frames, of which the newest are listed. */
export interface FrameRun {
  readonly count: number;
  readonly spanMs: number;
  readonly frames: readonly DecidingFrame[];
}

export type Because =
  | ({ readonly kind: 'entered' | 'exited' } & FrameRun)
  | { readonly kind: 'peakRose'; readonly from: number; readonly to: number }
  | { readonly kind: 'goesOn'; readonly sinceMs: number }
  | { readonly kind: 'maxDuration'; readonly durationMs: number }
  | { readonly kind: 'outside'; readonly reason: string };

/** With the arithmetic that fired it. Those that an older version stored have none. */
export interface ExplainedEvent extends LabelEvent {
  readonly explain?: { readonly rule: RuleNumbers; readonly because: Because };
}

/** `GET /api/events/:id`: its newest message, and all of them, oldest first. */
export interface EventCourse extends ExplainedEvent {
  readonly course: readonly ExplainedEvent[];
  readonly gone: readonly PictureKind[];
}
