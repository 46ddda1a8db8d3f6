import { describe, expect, it } from 'vitest';
import { localTime } from '../../src/cli/local-time.ts';
import { type RegionFindings, type WhatifFindings, whatifDocument, whatifLines } from '../../src/cli/whatif-report.ts';
import type { RuleConfig } from '../../src/config/config.ts';
import type { ReplayedEvent } from '../../src/events/rule-replay.ts';
import type { TraceEntry } from '../../src/events/score-trace.ts';
import { TraceExtent } from '../../src/events/trace-extent.ts';
import { compareEvents } from '../../src/events/whatif.ts';

const RULE: RuleConfig = {
  ...{ id: 'unsafe', labels: ['Porn'], regions: ['full'], enter: 0.8, minFrames: 3, enterForMs: 0 },
  ...{ exit: 0.6, offDelayMs: 3_000, cooldownMs: 0, maxDurationMs: 0, deviceClass: null },
};
const WALL = Date.UTC(2026, 0, 1);
const EVER = { sinceMs: Number.NEGATIVE_INFINITY, untilMs: Number.POSITIVE_INFINITY };

describe('whatifLines', () => {
  it('tells what changed, how much is known, and every event', () => {
    const lines = whatifLines(findings([event(0, 10_000), event(20_000, 30_000)], [event(1_000, 10_000), event(40_000, null)]));
    expect(lines.slice(0, 3)).toEqual([
      'front_door, rule unsafe: enter 0.8 → 0.6',
      `full: trace from ${localTime(WALL)} to ${localTime(WALL + 60_000)}; it covers 50 s, 83.3 % of 1 min, with 6 frames; 1 break (camera away or changed, daemon ended).`,
      '2 events by the rule, 2 by the changed one: 1 gained, 1 lost, 1 kept (1 with other times).',
    ]);
    expect(lines.slice(4).map((line) => line.split(/ {2,}/))).toEqual([
      ['', 'region', 'began', 'lasted', 'score', 'peak', 'end'],
      ['moved', 'full', localTime(WALL + 1_000), '9 s', '0.9000', '0.9500', 'exit', `was: ${localTime(WALL)}, 10 s`],
      ['lost', 'full', localTime(WALL + 20_000), '10 s', '0.9000', '0.9500', 'exit'],
      ['gained', 'full', localTime(WALL + 40_000), '0.9000', '0.9500', 'goes on'],
    ]);
  });

  it('says when nothing changed, when scores are not exact, and when a region has no trace', () => {
    const same = findings([], []);
    const [region] = same.regions;
    const none = { ...same, changed: RULE, exact: false, regions: region ? [{ ...region, extent: new TraceExtent(EVER) }] : [] };
    expect(whatifLines(none)).toEqual([
      'front_door, rule unsafe: nothing changed',
      'full: there is no score trace of it.',
      expect.stringContaining('off by at most 0.00005 a label'),
      '0 events by the rule, 0 by the changed one: 0 gained, 0 lost, 0 kept (0 with other times).',
    ]);
  });
});

describe('whatifDocument', () => {
  it('has all of it, with times as in events', () => {
    const document = JSON.parse(JSON.stringify(whatifDocument(findings([event(0, 10_000)], [])))) as object;
    expect(document).toMatchObject({
      ...{ camera: 'front_door', rule: { enter: 0.8 }, changed: { enter: 0.6 }, exact: true, since: null, until: null },
      regions: [
        {
          ...{ region: 'full', trace: { coveredMs: 50_000, askedMs: 60_000, frames: 6, breaks: 1, crashes: 0, lostParts: 0, beginsInside: false } },
          ...{ gained: [], kept: [], after: [] },
          lost: [{ startedAt: '2026-01-01T00:00:00.000Z', endedAt: '2026-01-01T00:00:10.000Z', endReason: 'exit', score: 0.9, frame: 12 }],
        },
      ],
    });
  });
});

function findings(before: readonly ReplayedEvent[], after: readonly ReplayedEvent[]): WhatifFindings {
  const extent = new TraceExtent(EVER);
  const session = { key: 1, camera: 'front_door', region: 'full', maxGapMs: 10_000, whole: true, labels: [], groups: [] };
  extent.take(session, 0, [...[0, 10, 20, 30, 40, 50].map(frame), { kind: 'break', mono: 60_001, wall: WALL + 60_000, reason: 'shutdown' }]);
  const region: RegionFindings = { region: 'full', extent, before, after, ...compareEvents(before, after) };
  return { camera: 'front_door', rule: RULE, changed: { ...RULE, enter: 0.6 }, span: EVER, regions: [region], exact: true };
}

function frame(second: number): TraceEntry {
  return { kind: 'frame', mono: second * 1_000, wall: WALL + second * 1_000, sequence: second, scores: new Map(), groups: [] };
}

function event(from: number, to: number | null): ReplayedEvent {
  return {
    ...{
      region: 'full',
      startedAt: WALL + from,
      decidedAt: WALL + from,
      endedAt: to === null ? null : WALL + to,
      endReason: to === null ? null : 'exit',
    },
    ...{ score: 0.9, peakScore: 0.95, frame: 12, updates: 0, startCause: { kind: 'entered', frames: [], count: 1, spanMs: 0 }, endCause: null },
  };
}
