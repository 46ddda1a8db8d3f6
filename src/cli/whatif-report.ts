import { printable } from '../classify/printable.ts';
import type { RuleConfig } from '../config/config.ts';
import type { ReplayedEvent } from '../events/rule-replay.ts';
import type { TimeSpan, TraceExtent } from '../events/trace-extent.ts';
import type { Difference, KeptEvent } from '../events/whatif.ts';
import { isoTime } from '../util/clock.ts';
import { lengthOfTime, localTime } from './local-time.ts';
import { textTable } from './text-table.ts';

export interface WhatifFindings {
  readonly camera: string;
  readonly rule: RuleConfig;
  readonly changed: RuleConfig;
  /** Asked for; infinite where nothing was. */
  readonly span: TimeSpan;
  readonly regions: readonly RegionFindings[];
  /** Every score was what the rule would have seen, to the last digit. */
  readonly exact: boolean;
}

export interface RegionFindings extends Difference {
  readonly region: string;
  readonly extent: TraceExtent;
  /** All events of the time, by the rule and by the changed one. */
  readonly before: readonly ReplayedEvent[];
  readonly after: readonly ReplayedEvent[];
}

const NUMBERS = ['enter', 'exit', 'minFrames', 'enterForMs', 'offDelayMs', 'cooldownMs', 'maxDurationMs'] as const;

/** For a terminal, a line each. */
export function whatifLines(findings: WhatifFindings): readonly string[] {
  const { camera, rule, changed, regions, exact } = findings;
  const changes = NUMBERS.filter((number) => rule[number] !== changed[number]).map((number) => `${number} ${rule[number]} → ${changed[number]}`);
  const all = <T>(of: (region: RegionFindings) => readonly T[]): readonly T[] => regions.flatMap(of);
  const kept = all((region) => region.kept);
  const counts = [
    `${all((region) => region.before).length} events by the rule, ${all((region) => region.after).length} by the changed one:`,
    `${all((region) => region.gained).length} gained, ${all((region) => region.lost).length} lost, ${kept.length} kept`,
    `(${kept.filter(({ moved }) => moved).length} with other times).`,
  ];
  return [
    `${printable(camera)}, rule ${printable(rule.id)}: ${changes.length > 0 ? changes.join(', ') : 'nothing changed'}`,
    ...regions.flatMap((region) => traceLines(region, findings.span)),
    ...(exact
      ? []
      : ['The labels of the rule were others when the trace was written: its scores are sums of rounded ones, off by at most 0.00005 a label.']),
    counts.join(' '),
    ...rowsOf(regions),
  ];
}

/** For programs. Times are ISO 8601. */
export function whatifDocument({ camera, rule, changed, span, regions, exact }: WhatifFindings): object {
  return {
    ...{ camera, rule, changed, exact },
    since: Number.isFinite(span.sinceMs) ? isoTime(span.sinceMs) : null,
    until: Number.isFinite(span.untilMs) ? isoTime(span.untilMs) : null,
    regions: regions.map(({ region, extent, before, after, gained, lost, kept }) => ({
      ...{ region, trace: extentDocument(extent, span) },
      ...{ before: before.map(eventDocument), after: after.map(eventDocument) },
      ...{ gained: gained.map(eventDocument), lost: lost.map(eventDocument) },
      kept: kept.map((each) => ({ before: eventDocument(each.before), after: eventDocument(each.after), moved: each.moved })),
    })),
  };
}

function traceLines({ region, extent }: RegionFindings, span: TimeSpan): readonly string[] {
  const { firstMs, lastMs, coveredMs, frames, breaks, crashes, lostChunks, beginsInside } = extent;
  if (firstMs === null || lastMs === null) return [`${region}: there is no score trace of it.`];
  const asked = askedMs(extent, span);
  const share = asked > 0 ? `, ${((100 * coveredMs) / asked).toFixed(1)} % of ${lengthOfTime(asked)}` : '';
  const notes = [
    ...(beginsInside ? ['it begins in the middle of what was watched'] : []),
    ...(breaks > 0 ? [`${breaks} ${breaks === 1 ? 'break' : 'breaks'} (camera away or changed, daemon ended)`] : []),
    ...(crashes > 0 ? [`the daemon died ${crashes === 1 ? 'once' : `${crashes} times`}, up to a minute before is missing each time`] : []),
    ...(lostChunks > 0 ? [`${lostChunks} parts are lost`] : []),
  ];
  const text = `${region}: trace from ${localTime(firstMs)} to ${localTime(lastMs)}; it covers ${lengthOfTime(coveredMs)}${share}, with ${frames} frames`;
  return [`${text}${notes.length > 0 ? `; ${notes.join('; ')}` : ''}.`];
}

/** Without an answer to since when and until when: as far as the trace goes. */
function askedMs({ firstMs, lastMs }: TraceExtent, { sinceMs, untilMs }: TimeSpan): number {
  const from = Number.isFinite(sinceMs) ? sinceMs : (firstMs ?? 0);
  const to = Number.isFinite(untilMs) ? untilMs : (lastMs ?? 0);
  return Math.max(0, to - from);
}

function rowsOf(regions: readonly RegionFindings[]): readonly string[] {
  const rows = regions.flatMap(({ gained, lost, kept }) => [
    ...gained.map((event) => ({ at: event.startedAt, cells: cellsOf('gained', event) })),
    ...lost.map((event) => ({ at: event.startedAt, cells: cellsOf('lost', event) })),
    ...kept.map((each) => ({ at: each.after.startedAt, cells: keptCells(each) })),
  ]);
  if (rows.length === 0) return [];
  const head = ['', 'region', 'began', 'lasted', 'score', 'peak', 'end', ''];
  return ['', ...textTable([head, ...rows.toSorted((a, b) => a.at - b.at).map(({ cells }) => cells)])];
}

function cellsOf(what: string, { region, startedAt, endedAt, score, peakScore, endReason }: ReplayedEvent): string[] {
  const lasted = endedAt === null ? '' : lengthOfTime(Math.max(0, endedAt - startedAt));
  return [what, printable(region), localTime(startedAt), lasted, score.toFixed(4), peakScore.toFixed(4), endReason ?? 'goes on', ''];
}

function keptCells({ before, after, moved }: KeptEvent): string[] {
  const cells = cellsOf(moved ? 'moved' : 'kept', after).slice(0, -1);
  return [...cells, moved ? `was: ${cellsOf('', before).slice(2, 4).join(', ')}` : ''];
}

function extentDocument(extent: TraceExtent, span: TimeSpan): object {
  const { firstMs, lastMs, coveredMs, frames, breaks, crashes, lostChunks, beginsInside } = extent;
  return {
    from: firstMs === null ? null : isoTime(firstMs),
    to: lastMs === null ? null : isoTime(lastMs),
    ...{ coveredMs, askedMs: askedMs(extent, span), frames, breaks, crashes, lostParts: lostChunks, beginsInside },
  };
}

function eventDocument(event: ReplayedEvent): object {
  const { region, startedAt, decidedAt, endedAt, endReason, score, peakScore, frame, updates } = event;
  return {
    ...{ region, startedAt: isoTime(startedAt), at: isoTime(decidedAt), endedAt: endedAt === null ? null : isoTime(endedAt), endReason },
    ...{ score, peakScore, frame, updates },
  };
}
