import { describe, expect, it } from 'vitest';
import { courseOf, samplesOf, scoreY, summaryOf } from '../../../src/dashboard/camera/score-course.ts';

const sample = (atMs: number, score: number, active = false) => ({ atMs, score, active });
const frame = { fromMs: 0, toMs: 10_000, widthPx: 100, heightPx: 50, longestGapMs: 3_000 };

describe('samplesOf', () => {
  it('takes those of one rule in one region', () => {
    const point = (region: string, rules: Record<string, { active: boolean; score: number }>) => ({ atMs: 1, region, top: [], rules, latencyMs: 1 });
    const points = [point('full', { a: sample(1, 0.5) }), point('gate', { a: sample(1, 0.6) }), point('full', { b: sample(1, 0.7) })];
    expect(samplesOf(points, 'a', 'full')).toEqual([sample(1, 0.5)]);
  });
});

describe('courseOf', () => {
  it('draws time to the right and one on top, and breaks where nothing is known', () => {
    const course = courseOf([sample(-1, 1), sample(0, 0), sample(1000, 1), sample(9000, 0.5)], frame);
    expect(course.line).toBe('M0.0 50.0h0.1L10.0 0.0M90.0 25.0h0.1');
  });

  it('marks where the rule held, in one piece', () => {
    const samples = [sample(0, 0), sample(1000, 1, true), sample(2000, 1, true), sample(3000, 0), sample(9000, 1, true)];
    expect(courseOf(samples, frame).active).toEqual([{ x: 10, width: 20 }]);
  });

  it('stays inside of its frame', () => {
    expect([scoreY(1.2, 50), scoreY(-1, 50)]).toEqual([0, 50]);
  });
});

describe('summaryOf', () => {
  it('says in numbers what is drawn', () => {
    expect(summaryOf([])).toBeNull();
    expect(summaryOf([sample(0, 0.2), sample(1, 0.9, true), sample(2, 0.4), sample(3, 0.3)])).toEqual({
      newest: 0.3,
      lowest: 0.2,
      highest: 0.9,
      activeShare: 0.25,
    });
  });
});
