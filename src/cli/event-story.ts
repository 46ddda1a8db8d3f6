import { printable } from '../classify/printable.ts';
import type { DecidingRun } from '../events/deciding-frames.ts';
import type { Because, DecidingFrame, Explanation, RuleArithmetic } from '../events/explanation.ts';
import type { LabelEvent } from '../events/label-event.ts';
import { lengthOfTime, localClock, localTime } from './local-time.ts';

const FLUSHES: Readonly<Record<string, string>> = {
  full: 'it was as large as pays',
  deadline: 'the most urgent picture could wait no longer',
  idle: 'waiting would have won nothing',
  overload: 'more was asked than the machine can judge',
  timeout: 'the oldest picture had waited for its time',
  drain: 'the daemon was ending',
};

const ENDS: Readonly<Record<string, string>> = {
  cameraOffline: 'the camera went offline, and nobody knows what happened then',
  cameraDisabled: 'the camera was switched off',
  configChanged: 'the configuration of the camera changed',
  shutdown: 'the daemon ended',
  recovered: 'the daemon died without a word; the next one closed the event with the time at which it was last seen',
};

/** What happened, as a person would tell it: the messages of one event, oldest first. Times are local. At least one message. */
export function eventStory(course: readonly LabelEvent[]): readonly string[] {
  const [first] = course;
  const last = course.at(-1);
  if (!first || !last) return [];
  const start = first.type === 'start' ? first : null;
  const updates = course.filter(({ type }) => type === 'update');
  return [
    `${name(last)}, event ${last.id}`,
    '',
    ...(start ? began(start) : [`Its start is no longer kept; it began at ${time(last.startedAt)}.`]),
    ...(updates.length > 0 ? ['', ...updates.map(wentOn)] : []),
    '',
    ...(last.type === 'end' ? ended(last) : [`It goes on, as far as the history knows. Peak score: ${score(last.peakScore)}.`]),
  ];
}

function name({ camera, region, rule }: LabelEvent): string {
  return `${printable(camera)}, rule ${printable(rule)}, region ${printable(region)}`;
}

function began(event: LabelEvent): readonly string[] {
  const { startedAt, explain, top } = event;
  return [
    `It began at ${time(startedAt)}.`,
    ...(explain ? whyBegan(explain) : ['An older version stored it, without its reasons.']),
    `The strongest labels of the deciding picture, frame ${event.frame.sequence}: ${top.map((each) => `${printable(each.label)} ${score(each.score)}`).join(', ')}.`,
    ...judged(event),
  ];
}

function whyBegan({ rule, because }: Explanation): readonly string[] {
  if (because.kind !== 'entered') return [];
  const asked = [
    `the rule asks for ${score(rule.enter)} or more (enter)`,
    ` in ${counted(Math.max(1, rule.minFrames), 'consecutive frame')} (minFrames)`,
    rule.enterForMs > 0 ? ` that span ${lengthOfTime(rule.enterForMs)} (enterForMs)` : '',
  ].join('');
  return [
    `${sumOf(rule)} scored ${frames(because)}; ${asked}.`,
    ...listed(because),
    ...(rule.cooldownMs > 0 ? [`After its end nothing starts for ${lengthOfTime(rule.cooldownMs)} (cooldownMs).`] : []),
  ];
}

function wentOn(event: LabelEvent): string {
  const at = localClock(Date.parse(event.at));
  const because: Because | undefined = event.explain?.because;
  if (because?.kind === 'peakRose') return `${at}  The peak rose from ${score(because.from)} to ${score(because.to)}.`;
  const since = because?.kind === 'goesOn' ? `, ${lengthOfTime(because.sinceMs)} after the message before` : '';
  return `${at}  It still went on${since}: score ${score(event.score)}, peak ${score(event.peakScore)}.`;
}

function ended(event: LabelEvent): readonly string[] {
  const { endedAt, startedAt, endReason, peakScore, explain } = event;
  const lasted = lengthOfTime(Math.max(0, Date.parse(endedAt ?? event.at) - Date.parse(startedAt)));
  return [
    `It ended at ${time(endedAt ?? event.at)}, after ${lasted}, with a peak score of ${score(peakScore)} (${endReason ?? 'no reason'}):`,
    ...whyEnded(event, explain),
  ];
}

function whyEnded({ endReason, frame }: LabelEvent, explain: Explanation | undefined): readonly string[] {
  const outside = ENDS[endReason ?? ''];
  if (outside !== undefined) return [`${outside}. The last picture that was judged before was frame ${frame.sequence}.`];
  if (explain === undefined) return ['an older version stored it, without its reasons.'];
  const { rule, because } = explain;
  if (because.kind === 'maxDuration') {
    return [`it had lasted ${lengthOfTime(because.durationMs)}, and the rule ends what lasts ${lengthOfTime(rule.maxDurationMs)} (maxDurationMs).`];
  }
  if (because.kind !== 'exited') return [];
  const asked = rule.offDelayMs > 0 ? `for ${lengthOfTime(rule.offDelayMs)} (offDelayMs)` : 'once';
  return [`the rule's score was ${frames(because)}; the rule asks for less than ${score(rule.exit)} (exit) ${asked}.`, ...listed(because)];
}

function frames({ count, spanMs, frames: newest }: DecidingRun<DecidingFrame>): string {
  const scores = newest.map((frame) => frame.score);
  const [least, most] = [Math.min(...scores), Math.max(...scores)];
  const range = least === most ? score(least) : `${score(least)} to ${score(most)}`;
  return `${range} in ${counted(count, 'consecutive frame')}${count > 1 ? `, within ${lengthOfTime(spanMs)}` : ''}`;
}

function listed({ count, frames: newest }: DecidingRun<DecidingFrame>): readonly string[] {
  const left = count - newest.length;
  return [
    ...(left > 0 ? [`  … ${counted(left, 'frame')} before`] : []),
    ...newest.map(({ sequence, at, score: value }) => `  frame ${sequence}  ${localClock(Date.parse(at))}  ${score(value)}`),
  ];
}

function judged({ latencyMs, batch, model }: LabelEvent): readonly string[] {
  const { total, decode, queue, preprocess, inference, decide, bound, feasible } = latencyMs;
  const parts = `${ms(decode)} decoding, ${ms(queue)} waiting, ${ms(preprocess)} preparing, ${ms(inference)} in the network, ${ms(decide)} deciding`;
  const kept = total <= bound ? 'kept' : feasible ? 'missed' : 'missed; not even an idle engine could have kept it';
  const padded = batch.paddedTo > batch.size ? `, padded to ${batch.paddedTo}` : '';
  const why = FLUSHES[batch.flushReason];
  return [
    `It was decided ${ms(total)} ms after that picture had arrived (${parts}); the bound of ${bound} ms was ${kept}.`,
    `Batch ${batch.id} held ${counted(batch.size, 'picture')}${padded}, and started as ${batch.flushReason}${why === undefined ? '' : `: ${why}`}.`,
    `Network: ${printable(model.name)}, ${model.precision}, ${model.backend} on ${model.device}.`,
  ];
}

function sumOf({ labels }: RuleArithmetic): string {
  const names = labels.map(printable);
  return names.length > 1 ? `${names.join(' + ')} together` : (names[0] ?? 'Nothing');
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function time(iso: string): string {
  return localTime(Date.parse(iso));
}

/** Four decimals are what was compared. */
function score(value: number): string {
  return value.toFixed(4);
}

function ms(value: number): string {
  return value.toFixed(1);
}
