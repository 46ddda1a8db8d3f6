import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Gap, StoredLine } from '../../../src/dashboard/camera/score-answer.ts';
import { scoreLine } from '../../../src/dashboard/camera/score-line.ts';

const LONGEST_MS = 3_000;
const sample = (atMs: number, isJoined = true) => ({ atMs, score: atMs / 1e6, active: false, isJoined });
const gap = (fromMs: number, toMs: number, reason = 'notWatched'): Gap => ({ fromMs, toMs, reason, words: reason });
const stored = (times: readonly number[], gaps: readonly Gap[] = []): StoredLine => ({
  ...{ samples: times.map((atMs, index) => sample(atMs, index > 0)), gaps, newestMs: times.at(-1) ?? null },
});

describe('scoreLine', () => {
  it('has every frame once, whenever the daemon was asked, and joins what is near at the seam', () => {
    fc.assert(
      fc.property(fc.nat(40), fc.nat(40), fc.nat(10), (asked, opened, steps) => {
        // A frame every half second. The daemon has all up to when it was asked; the page all since it was opened, and not later than it was asked.
        const all = Array.from({ length: 41 }, (_, index) => index * 500);
        const from = Math.min(opened, asked + 1);
        const watched = all.slice(from).map((atMs, index) => sample(atMs, index > 0));
        const { samples } = scoreLine(stored(all.slice(0, asked + 1)), watched.slice(0, Math.max(0, watched.length - steps)), LONGEST_MS);
        expect(samples.map(({ atMs }) => atMs)).toEqual(all.slice(0, Math.max(asked + 1, 41 - steps)));
        expect(samples.map(({ isJoined }) => isJoined)).toEqual(samples.map((_, index) => index > 0));
      }),
    );
  });

  it('is what the page watched while nothing is stored', () => {
    const watched = [sample(1_000, false), sample(2_000)];
    expect(scoreLine(null, watched, LONGEST_MS)).toEqual({ samples: watched, gaps: [] });
    expect(scoreLine(stored([]), watched, LONGEST_MS)).toEqual({ samples: watched, gaps: [] });
  });

  it('breaks the line where the page no longer has what lies between', () => {
    const { samples } = scoreLine(stored([1_000, 2_000]), [sample(5_001, false), sample(5_500)], LONGEST_MS);
    expect(samples.map(({ isJoined }) => isJoined)).toEqual([false, true, false, true]);
  });

  it('believes the daemon where it says that nobody looked, and the page where the daemon has lost what it knew', () => {
    const watched = [sample(4_000), sample(5_000), sample(6_000), sample(20_000, false)];
    const of = (reason: string) => scoreLine({ ...stored([1_000, 30_000], [gap(1_000, 30_000, reason)]), newestMs: 30_000 }, watched, LONGEST_MS);
    expect(of('notWatched')).toEqual({ samples: [sample(1_000, false), sample(30_000)], gaps: [gap(1_000, 30_000)] });
    const filled = of('notKept');
    expect(filled.samples.map(({ atMs }) => atMs)).toEqual([1_000, 4_000, 5_000, 6_000, 20_000, 30_000]);
    expect(filled.samples.map(({ isJoined }) => isJoined)).toEqual([false, true, true, true, false, false]);
    expect(filled.gaps).toEqual([gap(6_000, 20_000, 'notKept'), gap(20_000, 30_000, 'notKept')]);
  });

  it('cuts the gap in which the page sees the first frame again', () => {
    const { gaps } = scoreLine(stored([1_000], [gap(1_000, 60_000)]), [sample(59_000, false), sample(59_500)], LONGEST_MS);
    expect(gaps).toEqual([gap(1_000, 59_000)]);
  });
});
