import { describe, expect, it } from 'vitest';
import type { RuleConfig } from '../../src/config/config.ts';
import { RuleIntervals } from '../../src/events/rule-intervals.ts';

const RULE: RuleConfig = {
  ...{ id: 'unsafe', labels: ['Porn', 'Sexy'], regions: ['full'], enter: 0.8, minFrames: 3, enterForMs: 0 },
  ...{ exit: 0.6, offDelayMs: 200, cooldownMs: 0, maxDurationMs: 0, deviceClass: null },
};
const LONG_GAP = 10_000;

/** Scores of a frame whose rule gets `score`, most of it from Porn. */
const scores = (score: number) => [
  { label: 'Porn', score: score * 0.75 },
  { label: 'Neutral', score: 1 - score },
  { label: 'Sexy', score: score * 0.25 },
];

/** One frame each 100 ms. */
function run(values: readonly number[], rule: Partial<RuleConfig> = {}, endMs?: number) {
  const intervals = new RuleIntervals([{ ...RULE, ...rule }], LONG_GAP);
  const starts = values.flatMap((value, index) => intervals.observe('full', index * 100, scores(value)));
  return { starts, intervals: intervals.close(endMs ?? values.length * 100) };
}

describe('RuleIntervals', () => {
  it('spans from the first frame of the run that led to it to the frame that ended it', () => {
    const { starts, intervals } = run([0, 0.85, 0.9, 0.81, 0.95, 0.5, 0.4, 0.3, 0.1]);
    expect(intervals).toEqual([
      { rule: 'unsafe', region: 'full', label: 'Porn', startMs: 100, decidedMs: 300, score: 0.81, endMs: 700, peakScore: 0.95, endReason: 'exit' },
    ]);
    expect(starts).toEqual([{ rule: 'unsafe', region: 'full', label: 'Porn', startMs: 100, decidedMs: 300, score: 0.81 }]);
  });

  it('ends what still holds with the file', () => {
    expect(run([0.9, 0.9, 0.9, 0.9]).intervals).toMatchObject([{ startMs: 0, endMs: 400, endReason: 'fileEnd' }]);
    // Cut short: the last frame is all that is known.
    expect(run([0.9, 0.9, 0.9, 0.9], {}, 0).intervals).toMatchObject([{ endMs: 300 }]);
  });

  it('finds nothing where the rule never was sure', () => {
    expect(run([0.9, 0.9, 0.2, 0.9, 0.9]).intervals).toEqual([]);
  });

  it('ends by the longest duration, and begins again', () => {
    const { intervals } = run(
      Array.from({ length: 10 }, () => 0.9),
      { maxDurationMs: 400, minFrames: 1 },
    );
    expect(intervals.map(({ startMs, endMs, endReason }) => [startMs, endMs, endReason])).toEqual([
      [0, 400, 'maxDuration'],
      [500, 900, 'maxDuration'],
    ]);
  });

  it('keeps rules and regions apart, and sorts by the start', () => {
    const other = { ...RULE, id: 'calm', labels: ['Neutral'], regions: ['full', 'gate'], minFrames: 1, offDelayMs: 0 };
    const intervals = new RuleIntervals([RULE, other], LONG_GAP);
    intervals.observe('gate', 0, scores(0));
    intervals.observe('full', 0, scores(0.9));
    intervals.observe('full', 100, scores(0.1));
    intervals.observe('gate', 100, scores(0.9));
    const found = intervals.close(200);
    expect(found.map(({ rule, region, startMs, endMs }) => [rule, region, startMs, endMs])).toEqual([
      ['calm', 'gate', 0, 100],
      ['calm', 'full', 100, 200],
    ]);
  });

  it('takes frames on both sides of a long gap for strangers', () => {
    const intervals = new RuleIntervals([RULE], 150);
    for (const timeMs of [0, 100, 1000, 1100]) intervals.observe('full', timeMs, scores(0.9));
    expect(intervals.close(1200)).toEqual([]);
  });

  it('lets no time run backwards', () => {
    const intervals = new RuleIntervals([{ ...RULE, minFrames: 1 }], LONG_GAP);
    for (const timeMs of [500, 100, 600]) intervals.observe('full', timeMs, scores(0.9));
    expect(intervals.close(0)).toMatchObject([{ startMs: 500, decidedMs: 500, endMs: 600 }]);
  });
});
