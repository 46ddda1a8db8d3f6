import { describe, expect, it } from 'vitest';
import type { CondensedTimeline } from '../../../src/classify/label-timeline.ts';
import { courseChart } from '../../../src/classify/report/course-chart.ts';

const SHOWN = [
  { name: 'cat', index: 0, style: 'w0', isWatched: true },
  { name: 'owl', index: 2, style: 'c0', isWatched: false },
];

/** Bins of 100 ms. */
function timeline(bins: readonly (readonly number[] | null)[]): CondensedTimeline {
  const means = bins.flatMap((bin) => bin ?? [0, 0, 0]);
  return { binMs: 100, labels: [0, 1, 2], counts: Uint32Array.from(bins, (bin) => (bin ? 5 : 0)), means: Float32Array.from(means) };
}

const pathsOf = (text: string) =>
  [...text.matchAll(/<path class="(\w+)" d="([^"]+)"><title>([^<]*)</g)].map(([, style, path, name]) => [style, path, name]);

describe('courseChart', () => {
  it('stacks the labels from the ground, and the rest above them', () => {
    const chart = courseChart(timeline([[0.25, 0.25, 0.5]]), SHOWN, 100, 100).text;
    expect(pathsOf(chart)).toEqual([
      ['w0', 'M0 75L1000 75L1000 100L0 100Z', 'cat'],
      ['c0', 'M0 25L1000 25L1000 75L0 75Z', 'owl'],
      ['others', 'M0 0L1000 0L1000 25L0 25Z', 'all other labels'],
    ]);
    expect(chart).toContain('aria-label="Probabilities over time: cat, owl"');
  });

  it('goes in steps, a picture holding until the next one', () => {
    const [cat] = pathsOf(courseChart(timeline([[0.5, 0, 0.5], null, [1, 0, 0], [1, 0, 0]]), SHOWN, 400, 400).text);
    expect(cat?.[1]).toBe('M0 50L500 50L500 0L1000 0L1000 100L0 100Z');
  });

  it('ends where nothing was judged any more', () => {
    const [cat] = pathsOf(
      courseChart(
        timeline([
          [1, 0, 0],
          [1, 0, 0],
        ]),
        SHOWN,
        200,
        800,
      ).text,
    );
    expect(cat?.[1]).toBe('M0 0L250 0L250 100L0 100Z');
  });

  it('leaves out what cannot be seen', () => {
    expect(pathsOf(courseChart(timeline([[1, 0, 0]]), SHOWN, 100, 100).text)).toHaveLength(1);
  });
});
