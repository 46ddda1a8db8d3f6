import { describe, expect, it } from 'vitest';
import type { RuleConfig } from '../../src/config/config.ts';
import { RuleReplay } from '../../src/events/rule-replay.ts';
import type { TraceEntry, TraceSession } from '../../src/events/score-trace.ts';

// That a replay gives what the live judges stored, test/monitor/score-recorder.test.ts holds against them.
const RULE: RuleConfig = {
  ...{ id: 'r', labels: ['Porn'], regions: ['full'], enter: 0.8, minFrames: 2, enterForMs: 0 },
  ...{ exit: 0.6, offDelayMs: 0, cooldownMs: 0, maxDurationMs: 0, deviceClass: null },
};
const SESSION: TraceSession = {
  ...{ key: 1, camera: 'door', region: 'full', maxGapMs: 10_000, whole: true, labels: ['Neutral', 'Porn'], groups: [] },
};
const WALL = 1_000_000;

describe('RuleReplay', () => {
  it('says of an event what decided it, and leaves the last one open', () => {
    const replay = new RuleReplay(RULE, 'full');
    replay.take(SESSION, [frame(0, 0.9), frame(1, 0.95), frame(2, 0.1), frame(3, 0.8), frame(4, 0.8)]);
    const [first, second] = replay.close();
    expect(first).toMatchObject({
      ...{ startedAt: WALL, decidedAt: WALL + 1_000, endedAt: WALL + 2_000, endReason: 'exit', score: 0.95, peakScore: 0.95, frame: 1 },
      ...{ startCause: { kind: 'entered', count: 2 }, endCause: { kind: 'exited', count: 1 } },
    });
    expect(second).toMatchObject({ startedAt: WALL + 3_000, endedAt: null, endReason: null, endCause: null });
    expect(second).not.toHaveProperty('saidAt');
  });

  it('begins anew with a session: neither a run nor a cool-down goes over', () => {
    const replay = new RuleReplay({ ...RULE, cooldownMs: 60_000 }, 'full');
    replay.take(SESSION, [frame(0, 0.9), frame(1, 0.9), { kind: 'break', mono: 1_500, wall: WALL + 1_500, reason: 'configChanged' }]);
    replay.take({ ...SESSION, key: 2 }, [frame(2, 0.9), frame(3, 0.9)]);
    expect(replay.close().map(({ decidedAt, endReason }) => [decidedAt - WALL, endReason])).toEqual([
      [1_000, 'configChanged'],
      [3_000, null],
    ]);
  });

  it('names labels that some frames do not have, and no others', () => {
    const replay = new RuleReplay({ ...RULE, labels: ['Porn', 'Sexy'] }, 'full');
    replay.take({ ...SESSION, key: 0, labels: [] }, [{ kind: 'break', mono: 0, wall: WALL, reason: 'recovered' }]);
    expect(replay.missing).toEqual([]);
    replay.take(SESSION, [frame(0, 0.9)]);
    expect(replay.missing).toEqual(['Sexy']);
    expect(replay.close()).toEqual([]);
  });
});

function frame(second: number, score: number): TraceEntry {
  const scores = new Map([
    ['Porn', score],
    ['Neutral', 1 - score],
  ]);
  return { kind: 'frame', mono: second * 1_000, wall: WALL + second * 1_000, sequence: second, scores, groups: [] };
}
