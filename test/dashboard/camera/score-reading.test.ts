import { describe, expect, it } from 'vitest';
import { movedCursor, readingAt } from '../../../src/dashboard/camera/score-reading.ts';

const sample = (atMs: number, score: number, active = false) => ({ atMs, score, active, isJoined: true });
const words = { reason: 'notWatched', words: 'not watched: no pictures come' };
const line = {
  samples: [sample(1_000, 0.1), sample(1_500, 0.904, true), sample(9_000, 0.5)],
  gaps: [{ fromMs: 20_000, toMs: 80_000, ...words }],
};
const time = (atMs: number) => new Date(atMs).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', second: '2-digit' });

describe('readingAt', () => {
  it.each<[string, number, number, string]>([
    ['one score with its own time', 1_100, 300, `${time(1_000)}: 10 %`],
    ['all scores of a place', 1_250, 300, `${time(1_250)}: between 10 % and 90 %, active`],
    ['the nearest score where pictures are rare', 8_000, 300, `${time(9_000)}: 50 %`],
    ['why there is none', 40_000, 300, `${time(20_000)} to ${time(80_000)} (60 s): not watched: no pictures come`],
    ['that there is none', 100_000, 300, `${time(100_000)}: no score`],
  ])('tells %s', (_what, atMs, halfMs, expected) => {
    expect(readingAt(line, { atMs, halfMs }, 10_000)).toBe(expected);
  });

  it('tells that there is none of a line without any', () => {
    expect(readingAt({ samples: [], gaps: [] }, { atMs: 0, halfMs: 1 }, 10_000)).toBe(`${time(0)}: no score`);
  });
});

describe('movedCursor', () => {
  const window = { fromMs: 0, toMs: 100_000 };

  it('walks in hundredths, begins at the end, and stays inside', () => {
    const at = (key: string, atMs: number | null) => movedCursor(key, atMs === null ? null : { atMs, halfMs: 1 }, window)?.atMs;
    expect([at('ArrowLeft', null), at('ArrowLeft', 50_500), at('ArrowRight', 50_500)]).toEqual([99_000, 49_500, 51_500]);
    expect([at('PageUp', 50_500), at('PageDown', 50_500), at('Home', 50_500), at('End', null)]).toEqual([40_500, 60_500, 500, 99_500]);
    expect(at('ArrowLeft', 500)).toBe(500);
    expect(movedCursor('ArrowLeft', null, window)?.halfMs).toBe(500);
  });

  it('leaves other keys alone', () => {
    expect(movedCursor('Tab', null, window)).toBeNull();
  });
});
