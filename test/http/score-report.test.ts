import { expect, it } from 'vitest';
import { scoreReport } from '../../src/http/score-report.ts';

const NOW = Date.UTC(2026, 10, 22, 12);
const RULE = { rule: 'unsafe', region: 'full', labels: ['Porn'], enter: 0.8, exit: 0.6 };

it('tells a course in times from the begin of the span, and nothing of what has not come yet', () => {
  const points = [0, 500].map((ms) => ({ atMs: NOW - 1_000 + ms, score: 0.25 }));
  const course = { runs: [points], frames: 2, shortGaps: 0, newest: points[1] ?? null, exact: true, untraced: [] };
  const span = { sinceMs: NOW - 60_000, untilMs: NOW + 60_000 };
  expect(scoreReport({ maxGapMs: 10_000, rules: [{ ...RULE, course }] }, null, span, NOW)).toEqual([
    {
      ...RULE,
      ...{ exact: true, frames: 2, shortGaps: 0 },
      newest: { at: '2026-11-22T11:59:59.500Z', score: 0.25 },
      runs: [{ offsetsMs: [59_000, 59_500], scores: [0.25, 0.25] }],
      gaps: [{ since: '2026-11-22T11:59:00.000Z', until: '2026-11-22T11:59:59.000Z', reason: 'unknown', coverage: null }],
    },
  ]);
});
