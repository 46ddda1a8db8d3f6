import { describe, expect, it } from 'vitest';
import { type ScoreAnswer, type StoredRule, storedLine } from '../../../src/dashboard/camera/score-answer.ts';
import type { ScoreReport } from '../../../src/http/score-report.ts';

// That the daemon's answer is what the page reads is checked by the compiler.
const readAsPage = (reports: readonly ScoreReport[]): readonly StoredRule[] => reports;
const isLate = (atMs: number) => atMs >= Date.UTC(2026, 0, 1, 12, 0, 2);

const answer: ScoreAnswer = {
  ...{ since: '2026-01-01T12:00:00.000Z', until: '2026-01-01T12:05:00.000Z', kept: true },
  rules: readAsPage([
    {
      ...{ rule: 'unsafe', region: 'full', labels: ['Porn'], enter: 0.8, exit: 0.6, exact: true, frames: 3, shortGaps: 0 },
      newest: { at: '2026-01-01T12:00:09.000Z', score: 0.3 },
      runs: [
        { offsetsMs: [1_000, 2_000], scores: [0.1, 0.2] },
        { offsetsMs: [9_000], scores: [0.3] },
      ],
      gaps: [
        { since: '2026-01-01T12:00:02.000Z', until: '2026-01-01T12:00:09.000Z', reason: 'notWatched', coverage: 'offline' },
        { since: '2026-01-01T12:00:09.000Z', until: '2026-01-01T12:05:00.000Z', reason: 'notKept', coverage: null },
      ],
    },
  ]),
};

describe('storedLine', () => {
  it('has every point with its time, its run and whether the rule held, and why some are missing', () => {
    const atMs = (seconds: number) => Date.UTC(2026, 0, 1, 12, 0, seconds);
    expect(storedLine(answer, 'unsafe', 'full', isLate)).toEqual({
      newestMs: atMs(9),
      samples: [
        { atMs: atMs(1), score: 0.1, active: false, isJoined: false },
        { atMs: atMs(2), score: 0.2, active: true, isJoined: true },
        { atMs: atMs(9), score: 0.3, active: true, isJoined: false },
      ],
      gaps: [
        { fromMs: atMs(2), toMs: atMs(9), reason: 'notWatched', words: 'not watched: no pictures come' },
        { fromMs: atMs(9), toMs: atMs(300), reason: 'notKept', words: 'watched, but the scores are not kept' },
      ],
    });
  });

  it('is none for a rule that the answer does not have', () => {
    expect(storedLine(answer, 'unsafe', 'gate', isLate)).toBeNull();
    expect(storedLine(answer, 'other', 'full', isLate)).toBeNull();
  });
});
