/** One line of a panel; `null` where there is no value. */
export interface Series {
  readonly name: string;
  /** Class of the stroke in the chart's style sheet. */
  readonly look: string;
  readonly points: readonly { readonly x: number; readonly y: number | null }[];
}

export interface Tick {
  readonly at: number;
  readonly label: string;
}

/** Value → 0 (bottom, left) … 1 (top, right). */
export type Scale = (value: number) => number;

export interface Panel {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly x: { readonly scale: Scale; readonly ticks: readonly Tick[] };
  readonly y: { readonly scale: Scale; readonly ticks: readonly Tick[] };
  /** Below this line nothing can be: it is shaded. */
  readonly floor: Series | null;
  readonly series: readonly Series[];
  /** A vertical line with a meaning; its tick says which. */
  readonly mark: number;
  readonly hasXLabels: boolean;
  readonly hasYLabels: boolean;
}

/** Axes, grid, shaded floor, lines, in this order from back to front. */
export function drawPanel(panel: Panel): string {
  const { left, top, width, height, x, y, floor, series, mark } = panel;
  const atX = (value: number) => round(left + width * x.scale(value));
  const atY = (value: number) => round(top + height * (1 - y.scale(value)));
  const bottom = top + height;
  const grid = y.ticks.map(({ at }) => `<path class="grid" d="M${left} ${atY(at)}h${width}"/>`);
  const yLabels = y.ticks.map(({ at, label }) => `<text class="tick" x="${left - 8}" y="${atY(at) + 4}" text-anchor="end">${label}</text>`);
  const xLabels = x.ticks.map(({ at, label }) => `<text class="tick" x="${atX(at)}" y="${bottom + 18}" text-anchor="middle">${label}</text>`);
  const xTicks = x.ticks.map(({ at }) => `<path class="axis" d="M${atX(at)} ${bottom}v4"/>`);
  const parts = [
    ...grid,
    `<path class="mark" d="M${atX(mark)} ${top}V${bottom}"/>`,
    floor === null ? '' : shaded(floor, atX, atY, bottom),
    `<path class="axis" d="M${left} ${bottom}h${width}"/>`,
    ...xTicks,
    ...(panel.hasXLabels ? xLabels : []),
    ...(panel.hasYLabels ? yLabels : []),
    ...series.map((each) => line(each, atX, atY)),
  ];
  return parts.filter((part) => part !== '').join('\n');
}

/** The sample of a line in the legend, and its name. */
export function drawKey({ name, look }: Pick<Series, 'name' | 'look'>, left: number, middle: number): string {
  const points = [left, left + 13, left + 26].map((x) => ({ x, y: middle }));
  return `<g>${polyline(look, points, 'middle')}<text class="key" x="${left + 34}" y="${middle + 4}">${name}</text></g>`;
}

/** What stands at each point of a line, by its look: lines differ by form, too, for those who do not tell the colours apart. For `<defs>`. */
export const MARKERS: string = Object.entries({
  deadline: '<circle r="3.6"/>',
  timer: '<path d="M-4.2-4.2h8.4v8.4h-8.4Z"/>',
  eager: '<path d="M0-3.4L3.2 2.4H-3.2Z"/>',
  fifo: '<path d="M0-3.9L3.9 0L0 3.9L-3.9 0Z"/>',
  bound: '',
})
  .map(([look, form]) => `<marker id="${look}" class="point ${look}" markerUnits="userSpaceOnUse" overflow="visible">${form}</marker>`)
  .join('');

function line({ name, look, points }: Series, atX: Scale, atY: Scale): string {
  const known = points.flatMap(({ x, y }) => (y === null ? [] : [{ x: atX(x), y: atY(y) }]));
  return `<g><title>${name}</title>${polyline(look, known, 'all')}</g>`;
}

function polyline(look: string, points: readonly { readonly x: number; readonly y: number }[], marked: 'all' | 'middle'): string {
  const path = points.map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${x} ${y}`).join('');
  const places = marked === 'all' ? ['start', 'mid', 'end'] : ['mid'];
  return `<path class="line ${look}" d="${path}" ${places.map((place) => `marker-${place}="url(#${look})"`).join(' ')}/>`;
}

function shaded({ points }: Series, atX: Scale, atY: Scale, bottom: number): string {
  const known = points.flatMap(({ x, y }) => (y === null ? [] : [{ x: atX(x), y: atY(y) }]));
  const [first] = known;
  const last = known.at(-1);
  if (first === undefined || last === undefined) return '';
  const edge = known.map(({ x, y }) => `L${x} ${y}`).join('');
  return `<path class="floor" d="M${first.x} ${bottom}${edge}L${last.x} ${bottom}Z"/>`;
}

function round(value: number): number {
  return Math.round(10 * value) / 10;
}
