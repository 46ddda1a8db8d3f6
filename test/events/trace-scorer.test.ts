import { describe, expect, it } from 'vitest';
import type { TraceFrame } from '../../src/events/score-trace.ts';
import { traceScorer } from '../../src/events/trace-scorer.ts';

const SESSION = { labels: ['a', 'b', 'c'], groups: [['a', 'b']] };
const FRAME: TraceFrame = {
  ...{ kind: 'frame', mono: 0, wall: 0, sequence: 1 },
  ...{
    scores: new Map([
      ['a', 0.3333],
      ['b', 0.3333],
      ['c', 0.9],
    ]),
    groups: [0.6667],
  },
};

describe('traceScorer', () => {
  it('takes the sum that the rule saw, in whatever order it names its labels', () => {
    for (const labels of [
      ['a', 'b'],
      ['b', 'a'],
      ['b', 'a', 'b'],
    ]) {
      const scorer = traceScorer(SESSION, labels);
      expect(scorer.ok && [scorer.exact, scorer.scoreOf(FRAME)]).toEqual([true, 0.6667]);
    }
  });

  it('takes the score of one label as it is', () => {
    const scorer = traceScorer(SESSION, ['b']);
    expect(scorer.ok && [scorer.exact, scorer.scoreOf(FRAME)]).toEqual([true, 0.3333]);
  });

  it('adds up rounded scores for labels that no rule had together, at most to 1, and says so', () => {
    const scorer = traceScorer(SESSION, ['b', 'c']);
    expect(scorer.ok && [scorer.exact, scorer.scoreOf(FRAME)]).toEqual([false, 1]);
  });

  it('names the labels that are not in the trace', () => {
    expect(traceScorer(SESSION, ['a', 'd', 'e'])).toEqual({ ok: false, missing: ['d', 'e'] });
  });
});
