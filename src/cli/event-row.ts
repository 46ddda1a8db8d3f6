import { printable } from '../classify/printable.ts';
import type { LabelEvent } from '../events/label-event.ts';
import { lengthOfTime, localTime } from './local-time.ts';

/** The cells of a message in a list of them. */
export function eventRow(event: LabelEvent): readonly string[] {
  const { sequence, at, camera, region, rule, type, label, score, id } = event;
  const names = [camera, region, rule].map(printable);
  return [String(sequence), localTime(Date.parse(at)), ...names, type, printable(label), score.toFixed(4), detail(event), id];
}

function detail({ type, peakScore, startedAt, endedAt, endReason }: LabelEvent): string {
  if (type !== 'end' || endedAt === null) return `peak ${peakScore.toFixed(4)}`;
  return `peak ${peakScore.toFixed(4)}, ${endReason ?? 'ended'} after ${lengthOfTime(Math.max(0, Date.parse(endedAt) - Date.parse(startedAt)))}`;
}
