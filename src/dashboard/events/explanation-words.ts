import { duration, percent } from '../ui/words.ts';
import type { DecidingFrame, ExplainedEvent, FrameRun, RuleNumbers } from './explained-event.ts';

const OUTSIDE: Readonly<Record<string, string>> = {
  cameraOffline: 'The camera went offline; nobody knows what happened then.',
  cameraDisabled: 'The camera was switched off.',
  configChanged: 'The configuration of the camera was changed.',
  shutdown: 'The daemon ended.',
  recovered: 'The daemon died; the next one closed the event with the time at which it was last seen.',
};

export interface MessageWords {
  /** One sentence: what happened, and why. */
  readonly sentence: string;
  /** What was held against the rule; empty when no frames decided it. */
  readonly frames: readonly DecidingFrame[];
}

/** Why a message came, as a person would tell it. */
export function messageWords(event: ExplainedEvent): MessageWords {
  if (event.type === 'start') return began(event);
  return event.type === 'end' ? ended(event) : { sentence: wentOn(event), frames: [] };
}

/** The rule's conditions, one a line. */
export function ruleWords({ labels, enter, minFrames, enterForMs, exit, offDelayMs, cooldownMs, maxDurationMs }: RuleNumbers): readonly string[] {
  return [
    `Its score is ${labels.length > 1 ? `the sum of ${labels.join(' + ')}` : `that of ${labels.join('')}`}.`,
    `It begins at ${score(enter)} or more in ${frameCount(Math.max(1, minFrames))}${enterForMs > 0 ? ` that span ${duration(enterForMs)}` : ''}.`,
    `It ends below ${score(exit)}${offDelayMs > 0 ? ` for ${duration(offDelayMs)}` : ''}.`,
    ...(cooldownMs > 0 ? [`After an end nothing starts for ${duration(cooldownMs)}.`] : []),
    ...(maxDurationMs > 0 ? [`It ends after ${duration(maxDurationMs)} at the latest.`] : []),
  ];
}

/** Four decimals are what was compared. */
export function score(value: number): string {
  return value.toFixed(4);
}

function began({ explain }: ExplainedEvent): MessageWords {
  const because = explain?.because;
  if (!explain || because?.kind !== 'entered') return { sentence: 'It began. An older version stored it, without its reasons.', frames: [] };
  return { sentence: `It began: ${runWords(because)}, at or above ${score(explain.rule.enter)}.`, frames: because.frames };
}

function wentOn({ explain, score: now, peakScore }: ExplainedEvent): string {
  const because = explain?.because;
  if (because?.kind === 'peakRose') return `The peak rose from ${score(because.from)} to ${score(because.to)}.`;
  const since = because?.kind === 'goesOn' ? ` ${duration(because.sinceMs)} after the message before` : '';
  return `It still went on${since}: ${percent(now)}, peak ${percent(peakScore)}.`;
}

function ended({ explain, endReason }: ExplainedEvent): MessageWords {
  const outside = OUTSIDE[endReason ?? ''];
  if (outside !== undefined) return { sentence: `It ended. ${outside}`, frames: [] };
  const because = explain?.because;
  if (!explain || !because) return { sentence: 'It ended. An older version stored it, without its reasons.', frames: [] };
  if (because.kind === 'maxDuration') {
    return {
      sentence: `It ended: it had lasted ${duration(because.durationMs)}, and the rule ends what lasts ${duration(explain.rule.maxDurationMs)}.`,
      frames: [],
    };
  }
  if (because.kind !== 'exited') return { sentence: `It ended (${endReason ?? 'no reason given'}).`, frames: [] };
  return { sentence: `It ended: ${runWords(because)}, below ${score(explain.rule.exit)}.`, frames: because.frames };
}

function runWords({ count, spanMs, frames }: FrameRun): string {
  const scores = frames.map((frame) => frame.score);
  if (scores.length === 0) return frameCount(count);
  const [least, most] = [Math.min(...scores), Math.max(...scores)];
  const range = least === most ? score(least) : `${score(least)} to ${score(most)}`;
  return `${range} in ${frameCount(count)}${count > 1 ? ` within ${duration(spanMs)}` : ''}`;
}

function frameCount(count: number): string {
  return count === 1 ? 'one picture' : `${count} pictures in a row`;
}
