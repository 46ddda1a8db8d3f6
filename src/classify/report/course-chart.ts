import type { CondensedTimeline } from '../label-timeline.ts';
import { type Html, html, NOTHING } from './html.ts';
import { OTHERS, type ShownLabel } from './palette.ts';

/** Units of the drawing; it is stretched to whatever width there is. */
const WIDTH = 1000;
const HEIGHT = 100;

interface Band {
  readonly name: string;
  readonly style: string;
  /** By bin, 0…1. */
  readonly tops: Float64Array;
  readonly bottoms: Float64Array;
}

/** The course of the labels' probabilities as stacked areas, the first label at the bottom; from 0 to `untilMs` on a line of `durationMs`. A picture holds until the next one. */
export function courseChart(timeline: CondensedTimeline, shown: readonly ShownLabel[], untilMs: number, durationMs: number): Html {
  const edges = edgesOf(timeline, untilMs, durationMs);
  const areas = bandsOf(timeline, shown).map(({ name, style, tops, bottoms }) => {
    const path = outline(tops, bottoms, edges);
    return path === '' ? NOTHING : html`<path class="${style}" d="${path}"><title>${name}</title></path>`;
  });
  const names = shown.map(({ name }) => name).join(', ');
  return html`<svg class="course" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="Probabilities over time: ${names}">${areas}</svg>`;
}

/** Where bins begin, and behind the last one where it ends. */
function edgesOf({ binMs, counts }: CondensedTimeline, untilMs: number, durationMs: number): readonly number[] {
  const place = (ms: number) => Math.round((Math.min(1, ms / durationMs) * WIDTH + Number.EPSILON) * 100) / 100;
  const starts = Array.from(counts, (_, bin) => place(bin * binMs));
  return [...starts, place(Math.max(untilMs, (counts.length - 1) * binMs + 1))];
}

function bandsOf({ labels, counts, means }: CondensedTimeline, shown: readonly ShownLabel[]): readonly Band[] {
  const ground = new Float64Array(counts.length);
  const stack = (name: string, style: string, valueIn: (bin: number) => number): Band => {
    const bottoms = ground.slice();
    for (let bin = 0; bin < ground.length; bin += 1) {
      const isEmpty = counts[bin] === 0 && bin > 0;
      ground[bin] = Math.min(1, isEmpty ? (ground[bin - 1] ?? 0) : (bottoms[bin] ?? 0) + valueIn(bin));
      if (isEmpty) bottoms[bin] = bottoms[bin - 1] ?? 0;
    }
    return { name, style, bottoms, tops: ground.slice() };
  };
  const bands = shown.map(({ name, index, style }) => {
    const place = labels.indexOf(index);
    return stack(name, style, (bin) => (place < 0 ? 0 : (means[bin * labels.length + place] ?? 0)));
  });
  return [...bands, stack('all other labels', OTHERS, (bin) => 1 - (ground[bin] ?? 0))];
}

/** Along the tops, and back along the bottoms, in steps; equal neighbours in one. Empty when there is nothing to be seen. */
function outline(tops: Float64Array, bottoms: Float64Array, edges: readonly number[]): string {
  if (tops.every((top, bin) => top - (bottoms[bin] ?? 0) < 0.002)) return '';
  const y = (value: number) => Math.round((1 - value) * HEIGHT * 100) / 100;
  const steps = (levels: Float64Array) => {
    const points: string[] = [];
    let last = Number.NaN;
    levels.forEach((level, bin) => {
      if (y(level) === last) return;
      if (!Number.isNaN(last)) points.push(`${edges[bin] ?? 0} ${last}`);
      last = y(level);
      points.push(`${edges[bin] ?? 0} ${last}`);
    });
    points.push(`${edges[levels.length] ?? WIDTH} ${last}`);
    return points;
  };
  return `M${steps(tops).join('L')}L${steps(bottoms).reverse().join('L')}Z`;
}
