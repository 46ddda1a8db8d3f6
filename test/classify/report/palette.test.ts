import { describe, expect, it } from 'vitest';
import type { CondensedTimeline } from '../../../src/classify/label-timeline.ts';
import { palette, paletteCss } from '../../../src/classify/report/palette.ts';
import { FACTS, findingsOf } from '../sample.ts';

/** One bin of ten pictures with these means. */
function filesWith(means: readonly number[]) {
  const timeline: CondensedTimeline = { binMs: 5, labels: [...means.keys()], counts: new Uint32Array([10]), means: Float32Array.from(means) };
  return { files: [findingsOf({ regions: [{ region: 'full', shares: [], timeline, thumbnails: [] }] })] };
}

describe('palette', () => {
  it('puts what rules watch first, in warm colours, and the rest by size', () => {
    expect(palette(FACTS, filesWith([0.1, 0.2, 0.7]))).toEqual([
      { name: 'dog', index: 1, style: 'w0', isWatched: true },
      { name: 'cat', index: 0, style: 'w1', isWatched: true },
      { name: 'owl', index: 2, style: 'c0', isWatched: false },
    ]);
  });

  it('shows few of a thousand labels, the largest, each with a colour that is there', () => {
    const labels = Array.from({ length: 1000 }, (_, index) => `label ${index}`);
    const means = labels.map((_, index) => (index % 100 === 7 ? 0.09 : 0.0001));
    const shown = palette({ labels, rules: [] }, filesWith(means));
    expect(shown.map(({ index }) => index % 100)).toEqual(shown.map(() => 7));
    expect(shown.length).toBeGreaterThan(3);
    expect(new Set(shown.map(({ style }) => style)).size).toBe(shown.length);
    for (const { style } of shown) expect(paletteCss()).toContain(`.${style}{--label:#`);
  });
});
