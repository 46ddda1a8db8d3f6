import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CoveredStretch, type GapFacts, scoreGaps } from '../../src/http/score-gaps.ts';

const SPAN = { sinceMs: 0, untilMs: 300_000 };
const run = (fromMs: number, toMs: number) => [
  { atMs: fromMs, score: 0.1 },
  { atMs: toMs, score: 0.2 },
];
const blind = (fromMs: number, toMs: number, reason: CoveredStretch['reason'] = 'offline'): CoveredStretch => ({
  fromMs,
  toMs,
  isBlind: true,
  reason,
});
const watched = (fromMs: number, toMs: number): CoveredStretch => ({ fromMs, toMs, isBlind: false, reason: null });
const gaps = (
  runs: Parameters<typeof scoreGaps>[0]['runs'],
  coverage: GapFacts['coverage'],
  untraced: Parameters<typeof scoreGaps>[0]['untraced'] = [],
) =>
  scoreGaps({ runs, untraced }, { span: SPAN, maxGapMs: 10_000, coverage }).map(({ fromMs, toMs, reason, coverage: why }) =>
    [fromMs, toMs, reason, ...(why === null ? [] : [why])].join(' '),
  );

describe('scoreGaps', () => {
  it('says when nobody looked, and why', () => {
    // The record begins and ends a little beside the frames.
    expect(gaps([run(0, 100_000), run(200_000, 300_000)], [watched(0, 103_000), blind(103_000, 199_000), watched(199_000, 300_000)])).toEqual([
      '100000 200000 notWatched offline',
    ]);
  });

  it('says what was judged and is not kept, and of what nothing is known', () => {
    expect(gaps([run(200_000, 300_000)], [watched(80_000, 300_000)])).toEqual(['0 80000 unknown', '80000 200000 notKept']);
    expect(gaps([], [])).toEqual(['0 300000 unknown']);
  });

  it('parts a gap where its reason changes', () => {
    expect(gaps([run(0, 50_000)], [watched(0, 50_000), blind(50_000, 150_000), blind(150_000, 300_000, 'disabled')])).toEqual([
      '50000 150000 notWatched offline',
      '150000 300000 notWatched disabled',
    ]);
  });

  it('says when the labels were not kept', () => {
    expect(gaps([run(200_000, 300_000)], [watched(0, 300_000)], [{ fromMs: 0, toMs: 199_500 }])).toEqual(['0 200000 notTraced']);
  });

  it('tells a moment between two runs, and none before the first and behind the last', () => {
    expect(gaps([run(9_000, 100_000), run(102_000, 291_000)], [watched(0, 300_000)])).toEqual(['100000 102000 interrupted']);
  });

  it('takes the side of nobody looked where neither is certain', () => {
    expect(
      gaps([run(0, 100_000), run(112_000, 300_000)], [watched(0, 109_000), blind(109_000, 112_000, 'source'), watched(112_000, 300_000)]),
    ).toEqual(['100000 112000 notWatched source']);
  });

  it('fills, with the runs, the whole time, whatever the record says', () => {
    const edges = fc.uniqueArray(fc.integer({ min: 0, max: 300_000 }), { maxLength: 12 }).map((some) => some.sort((a, b) => a - b));
    const stretches = edges.map((some) => some.slice(1).map((toMs, index) => ({ fromMs: some[index] ?? 0, toMs })));
    const coverages = fc.tuple(stretches, fc.infiniteStream(fc.constantFrom('offline', 'disabled', null))).map(([some, reasons]) =>
      some.map((stretch): CoveredStretch => {
        const reason = reasons.next().value ?? null;
        return { ...stretch, isBlind: reason !== null, reason };
      }),
    );
    fc.assert(
      fc.property(stretches, coverages, stretches, (some, coverage, untraced) => {
        const runs = some.filter((_, index) => index % 2 === 0).map(({ fromMs, toMs }) => run(fromMs, toMs));
        const found = scoreGaps({ runs, untraced }, { span: SPAN, maxGapMs: 10_000, coverage });
        const parts = [...found, ...runs.map(([first, last]) => ({ fromMs: first?.atMs ?? 0, toMs: last?.atMs ?? 0 }))].sort(
          (a, b) => a.fromMs - b.fromMs,
        );
        // At the very ends the next frame may lie just outside.
        let reachedMs = 0;
        for (const { fromMs, toMs } of parts) {
          expect(fromMs - reachedMs).toBeGreaterThanOrEqual(0);
          expect(fromMs - reachedMs).toBeLessThanOrEqual(reachedMs === 0 ? 10_000 : 0);
          reachedMs = toMs;
        }
        expect(300_000 - reachedMs).toBeLessThanOrEqual(10_000);
      }),
      { numRuns: 500 },
    );
  });
});
