import { describe, expect, it } from 'vitest';
import { courseOf, samplesOf, scoreY, summaryOf } from '../../../src/dashboard/camera/score-course.ts';

const sample = (atMs: number, score: number, active = false, isJoined = true) => ({ atMs, score, active, isJoined });
const frame = { fromMs: 0, toMs: 10_000, widthPx: 100, heightPx: 50 };

describe('samplesOf', () => {
  it('takes those of one rule in one region, and joins those that are near enough', () => {
    const point = (atMs: number, region: string, rules: Record<string, { active: boolean; score: number }>) => ({
      ...{ atMs, region, rules, top: [], latencyMs: 1 },
    });
    const half = { a: { active: false, score: 0.5 } };
    const points = [
      point(1, 'full', half),
      point(2, 'gate', { a: { active: true, score: 0.6 } }),
      point(3, 'full', { b: { active: false, score: 0.7 } }),
      point(3_001, 'full', half),
      point(6_002, 'full', half),
    ];
    expect(samplesOf(points, 'a', 'full', 3_000)).toEqual([sample(1, 0.5, false, false), sample(3_001, 0.5), sample(6_002, 0.5, false, false)]);
  });
});

describe('courseOf', () => {
  it('draws time to the right and one on top, and breaks where nothing is known', () => {
    const course = courseOf([sample(-1, 1), sample(0, 0), sample(1000, 1), sample(9000, 0.5, false, false)], frame);
    expect(course.line).toBe('M0.0 50.0h0.1L10.0 0.0M90.0 25.0h0.1');
  });

  it('marks where the rule held, in one piece', () => {
    const samples = [sample(0, 0), sample(1000, 1, true), sample(2000, 1, true), sample(3000, 0), sample(9000, 1, true, false)];
    expect(courseOf(samples, frame).active).toEqual([{ x: 10, width: 20 }]);
  });

  it('stays inside of its frame', () => {
    expect([scoreY(1.2, 50), scoreY(-1, 50)]).toEqual([0, 50]);
  });
});

describe('summaryOf', () => {
  it('says in numbers what is drawn; shares are of the time of which something is known', () => {
    expect(summaryOf([])).toBeNull();
    expect(summaryOf([sample(0, 0.2, false, false), sample(1, 0.9, true), sample(3, 0.4), sample(4, 0.3), sample(99, 0.3, false, false)])).toEqual({
      newest: 0.3,
      newestMs: 99,
      lowest: 0.2,
      highest: 0.9,
      activeShare: 0.5,
    });
    expect(summaryOf([sample(0, 0.9, true, false)])?.activeShare).toBe(1);
  });
});
