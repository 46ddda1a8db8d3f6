import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { chartOf } from '../../bench/batching/chart.ts';
import { POLICIES, row } from './rows.ts';

// What somebody would do who was told all arrivals is in the table alone.
const DRAWN = POLICIES.filter((policy) => policy !== 'told');
const LOADS = [0.3, 0.5, 0.8, 0.95, 1.5, 2];
const rows = ['flat', 'cpu', 'gpu'].flatMap((curve) =>
  LOADS.flatMap((load) =>
    DRAWN.map((policy, index) => row({ curve, load, policy, missedShare: load > 1 ? 0.4 : 0.001 * index, boundShare: load > 1 ? null : 0.0005 })),
  ),
);
const svg = chartOf(rows);

/** The points of each line of a kind, panel by panel. */
function linesOf(look: string, of: string): Array<Array<{ x: number; y: number }>> {
  return [...of.matchAll(new RegExp(`<g><title>[^<]*</title><path class="line ${look}" d="M([^"]*)"`, 'g'))].map((match) =>
    (match[1] ?? '').split('L').map((point) => {
      const [x = Number.NaN, y = Number.NaN] = point.split(' ').map(Number);
      return { x, y };
    }),
  );
}

describe('chartOf', () => {
  it('is a picture that stands alone', async () => {
    const { width, height, format } = await sharp(Buffer.from(svg)).metadata();
    expect(format).toBe('svg');
    expect(svg).toContain(`viewBox="0 0 ${width} ${height}"`);
    expect(svg.replace('xmlns="http://www.w3.org/2000/svg"', '')).not.toMatch(/https?:|href|<script|<image|url\((?!#)|@import/);
    expect(svg.length).toBeLessThan(20 * 1024);
    const referred = [...svg.matchAll(/url\(#([a-z]+)\)/g)].map((match) => match[1]);
    for (const id of new Set(referred)) expect(svg).toContain(`<marker id="${id}"`);
  });

  it('tells in words what it shows, and has colours for dark pages', () => {
    expect(svg).toMatch(/role="img" aria-labelledby="title desc"/);
    expect(svg).toMatch(/<title id="title">[^<]+<\/title>/);
    expect(svg).toMatch(
      /<desc id="desc">[^<]*flat at load 0.8: deadline 0 %, eager 0.10 %, fifo 0.20 %, best timer 0.30 %, clairvoyant bound 0.05 %\./,
    );
    expect(svg).toContain('@media (prefers-color-scheme:dark)');
  });

  it('draws each policy twice a curve, at all loads, and the bound where it is known', () => {
    for (const look of ['deadline', 'eager', 'timer', 'fifo']) {
      expect(linesOf(look, svg)).toHaveLength(6);
      for (const points of linesOf(look, svg)) expect(points).toHaveLength(LOADS.length);
    }
    expect(linesOf('bound', svg).map((points) => points.length)).toEqual([4, 4, 4]);
  });

  it('puts a larger share higher up, a share of nothing on the axis, and keeps all inside', () => {
    const shares = [0, 0.0001, 0.001, 0.01, 0.5, 1];
    const one = chartOf(LOADS.flatMap((load, index) => DRAWN.map((policy) => row({ load, policy, missedShare: shares[index] ?? 0 }))));
    const ys = (linesOf('deadline', one)[0] ?? []).map(({ y }) => y);
    expect(ys).toEqual(ys.toSorted((a, b) => b - a));
    expect(ys[0]).toBe(ys[1]);
    expect(new Set(ys).size).toBe(5);
    const [, , width = 0, height = 0] = (/viewBox="([^"]+)"/.exec(one)?.[1] ?? '').split(' ').map(Number);
    for (const { x, y } of ['deadline', 'eager', 'timer', 'fifo', 'bound'].flatMap((look) => linesOf(look, one)).flat()) {
      expect(x).toBeGreaterThan(0);
      expect(x).toBeLessThan(width);
      expect(y).toBeGreaterThan(0);
      expect(y).toBeLessThan(height);
    }
  });
});
