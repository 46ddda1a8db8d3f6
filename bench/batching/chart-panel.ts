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
  const sample = `<path class="line ${look}" d="M${left} ${middle}h26"/>${marker(look, left + 13, middle)}`;
  return `<g>${sample}<text class="key" x="${left + 34}" y="${middle + 4}">${name}</text></g>`;
}

function line({ name, look, points }: Series, atX: Scale, atY: Scale): string {
  const known = points.flatMap(({ x, y }) => (y === null ? [] : [{ x: atX(x), y: atY(y) }]));
  const path = known.map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${x} ${y}`).join('');
  return `<g><title>${name}</title><path class="line ${look}" d="${path}"/>${known.map(({ x, y }) => marker(look, x, y)).join('')}</g>`;
}

function shaded({ points }: Series, atX: Scale, atY: Scale, bottom: number): string {
  const known = points.flatMap(({ x, y }) => (y === null ? [] : [{ x: atX(x), y: atY(y) }]));
  const [first] = known;
  const last = known.at(-1);
  if (first === undefined || last === undefined) return '';
  const edge = known.map(({ x, y }) => `L${x} ${y}`).join('');
  return `<path class="floor" d="M${first.x} ${bottom}${edge}L${last.x} ${bottom}Z"/>`;
}

/** Lines differ by the form of their points, too, for those who do not tell the colours apart. */
function marker(look: string, x: number, y: number): string {
  const at = (dx: number, dy: number) => `${round(x + dx)} ${round(y + dy)}`;
  switch (look) {
    case 'deadline':
      return `<circle class="point ${look}" cx="${x}" cy="${y}" r="3.6"/>`;
    case 'timer':
      return `<path class="point ${look}" d="M${at(-4.2, -4.2)}h8.4v8.4h-8.4Z"/>`;
    case 'eager':
      return `<path class="point ${look}" d="M${at(0, -3.4)}L${at(3.2, 2.4)}L${at(-3.2, 2.4)}Z"/>`;
    case 'fifo':
      return `<path class="point ${look}" d="M${at(0, -3.9)}L${at(3.9, 0)}L${at(0, 3.9)}L${at(-3.9, 0)}Z"/>`;
    default:
      return '';
  }
}

function round(value: number): number {
  return Math.round(10 * value) / 10;
}
