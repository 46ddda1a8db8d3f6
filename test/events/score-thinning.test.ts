import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ScorePoint, ScoreThinning } from '../../src/events/score-thinning.ts';

const SPAN = { sinceMs: 1_000, untilMs: 2_000 };
const BUCKETS = 10;
const BUCKET_MS = 100;

interface Sample extends ScorePoint {
  readonly isJoined: boolean;
}

describe('ScoreThinning', () => {
  it('keeps of every bucket its extremes and its ends, and makes nothing up', () => {
    fc.assert(
      fc.property(samples, (all) => {
        const runs = thinned(all).runs();
        const points = runs.flat();
        const inside = all.filter(isInside);
        for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
          const [before, after] = [inside, points].map((some) => some.filter((point) => bucketOf(point) === bucket).map(({ score }) => score));
          expect([Math.max(...(after ?? [])), Math.min(...(after ?? []))]).toEqual([Math.max(...(before ?? [])), Math.min(...(before ?? []))]);
          expect(after?.length).toBeLessThanOrEqual(4);
          expect(after?.at(-1)).toBe(before?.at(-1));
          expect(after?.[0]).toBe(before?.[0]);
        }
        const known = new Set(inside.map(({ atMs, score }) => `${atMs} ${score}`));
        expect(points.filter(({ atMs, score }) => !known.has(`${atMs} ${score}`))).toEqual([]);
        expect(points.map(({ atMs }) => atMs)).toEqual(points.map(({ atMs }) => atMs).sort((a, b) => a - b));
      }),
      { numRuns: 1_000 },
    );
  });

  it('parts two runs exactly where something is missing between two buckets, and counts what is missing within one', () => {
    fc.assert(
      fc.property(samples, (all) => {
        const thinning = thinned(all);
        const inside = all.filter(isInside);
        const parted = inside.filter((sample, index) => index > 0 && !sample.isJoined);
        const short = parted.filter((sample) => bucketOf(inside[inside.indexOf(sample) - 1] ?? sample) === bucketOf(sample));
        expect(thinning.samples).toBe(inside.length);
        expect(thinning.shortGaps).toBe(short.length);
        expect(thinning.runs().map((run) => run[0]?.atMs)).toEqual(
          [...inside.slice(0, 1), ...parted.filter((sample) => !short.includes(sample))].map(({ atMs }) => atMs),
        );
      }),
      { numRuns: 1_000 },
    );
  });

  it('leaves what is few as it is', () => {
    const all = [1_010, 1_150, 1_420, 1_999].map((atMs, index) => ({ atMs, score: index / 10, isJoined: index !== 2 }));
    const points = all.map(({ atMs, score }) => ({ atMs, score }));
    expect(thinned(all).runs()).toEqual([points.slice(0, 2), points.slice(2)]);
  });

  it('draws a time twice when the clock was set back over it, and loses nothing of either', () => {
    const first = Array.from({ length: 8 }, (_, index) => ({ atMs: 1_050 + index * 100, score: 0.1, isJoined: index > 0 }));
    const again = [{ atMs: 1_260, score: 0.9, isJoined: false }];
    const points = thinned([...first, ...again])
      .runs()
      .flat();
    expect(points).toHaveLength(9);
    expect(points).toContainEqual({ atMs: 1_260, score: 0.9 });
  });
});

function thinned(all: readonly Sample[]): ScoreThinning {
  const thinning = new ScoreThinning(SPAN, BUCKETS);
  for (const { atMs, score, isJoined } of all) thinning.add({ atMs, score }, isJoined);
  return thinning;
}

function bucketOf({ atMs }: ScorePoint): number {
  return Math.floor((atMs - SPAN.sinceMs) / BUCKET_MS);
}

function isInside({ atMs }: ScorePoint): boolean {
  return atMs >= SPAN.sinceMs && atMs < SPAN.untilMs;
}

/** In the order of their time, no two at once, some before and behind the time. */
const samples: fc.Arbitrary<readonly Sample[]> = fc
  .uniqueArray(
    fc.record({ atMs: fc.integer({ min: 900, max: 2_100 }), score: fc.nat(10_000).map((steps) => steps / 10_000), isJoined: fc.boolean() }),
    {
      selector: ({ atMs }) => atMs,
      maxLength: 200,
      size: 'max',
    },
  )
  .map((some) => some.sort((a, b) => a.atMs - b.atMs))
  // What lies outside says nothing, and so joins nothing to what follows it within.
  .map((some) => some.map((sample, index) => ({ ...sample, isJoined: sample.isJoined && index > 0 && isInside(some[index - 1] ?? sample) })));
