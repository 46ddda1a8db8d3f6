import { BEST_TIMER, isTimer, withBestTimer, worldsOf } from './best-timer.ts';
import { drawKey, drawPanel, MARKERS, type Panel, type Scale, type Series, type Tick } from './chart-panel.ts';
import type { Row } from './comparison.ts';

const LOOKS = [
  { look: 'deadline', name: 'deadline' },
  { look: 'eager', name: 'eager' },
  { look: 'timer', name: 'best fixed timer, with hindsight' },
  { look: 'fifo', name: 'first in, first out' },
] as const;
const BOUND = { look: 'bound', name: 'the least that can be missed' } as const;

const CURVE_NAMES: Readonly<Record<string, string>> = { flat: 'flat: batches gain nothing', cpu: 'CPU, two threads', gpu: 'GPU, small' };

const MARGIN = { left: 62, right: 22, top: 104, bottom: 66 };
const PANEL = { width: 252, height: 190, gapX: 26, gapY: 54 };
/** Smaller shares are drawn as none. */
const LEAST_SHARE = 0.0003;
const SHARE_TICKS: readonly Tick[] = [
  { at: 0, label: '0' },
  { at: 0.001, label: '0.1 %' },
  { at: 0.01, label: '1 %' },
  { at: 0.1, label: '10 %' },
  { at: 1, label: '100 %' },
];

/**
 * The policies against the load as one SVG that stands alone: a column a curve, missed bounds above, mean batch below. `rows`: of several loads and
 * curves, each with all policies. Readable without colours, on a light and on a dark page.
 */
export function chartOf(rows: readonly Row[]): string {
  const curves = [...new Set(rows.map(({ curve }) => curve))];
  const loads = [...new Set(rows.map(({ load }) => load))].toSorted((a, b) => a - b);
  const width = MARGIN.left + curves.length * PANEL.width + (curves.length - 1) * PANEL.gapX + MARGIN.right;
  const height = MARGIN.top + 2 * PANEL.height + PANEL.gapY + MARGIN.bottom;
  const x = { scale: between(loads.at(0) ?? 0, loads.at(-1) ?? 1), ticks: [0.5, 0.8, 1, 1.5, 2].map((at) => ({ at, label: String(at) })) };
  const largest = Math.max(2, ...rows.map(({ meanBatch }) => meanBatch));
  const batchTicks = [1, 2, 4, 8, 16, 32, 64].filter((at) => at < 1.3 * largest).map((at) => ({ at, label: String(at) }));
  const below = MARGIN.top + PANEL.height + PANEL.gapY;
  const panels = curves.flatMap((curve, column) => {
    const own = worldsOf(rows.filter((row) => row.curve === curve)).map(withBestTimer);
    const left = MARGIN.left + column * (PANEL.width + PANEL.gapX);
    const common = { left, width: PANEL.width, height: PANEL.height, x, mark: 1, hasYLabels: column === 0 };
    const bound = { ...BOUND, points: own.map(([row]) => ({ x: row?.load ?? 0, y: row?.boundShare ?? null })) };
    const missed: Panel = {
      ...{ ...common, top: MARGIN.top, y: { scale: shareScale, ticks: SHARE_TICKS }, floor: bound, hasXLabels: false },
      series: [bound, ...seriesOf(own, ({ missedShare }) => missedShare)],
    };
    const batch: Panel = {
      ...{ ...common, top: below, y: { scale: logarithmic(1, 1.3 * largest), ticks: batchTicks }, floor: null, hasXLabels: true },
      series: seriesOf(own, ({ meanBatch }) => meanBatch),
    };
    const title = `<text class="column" x="${left}" y="${MARGIN.top - 14}">${CURVE_NAMES[curve] ?? curve}</text>`;
    return [title, drawPanel(missed), drawPanel(batch)];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title desc">`,
    `<title id="title">Missed bounds and mean batch against the load, by policy</title>`,
    `<desc id="desc">${description(rows)}</desc>`,
    `<style>${STYLE}</style>`,
    `<defs>${MARKERS}</defs>`,
    `<rect class="page" width="${width}" height="${height}" rx="10"/>`,
    ...legend(),
    `<text class="row" x="${MARGIN.left - 40}" y="${MARGIN.top - 34}">Share of frames that miss their bound</text>`,
    `<text class="row" x="${MARGIN.left - 40}" y="${below - 14}">Frames in a batch, mean</text>`,
    ...panels,
    `<text class="tick" x="${MARGIN.left + (width - MARGIN.left - MARGIN.right) / 2}" y="${height - 18}" text-anchor="middle">load: frames asked for, against the most that the engine can do (dotted line: all of it)</text>`,
    '</svg>\n',
  ].join('\n');
}

/** One line; letters are taken to be as wide as in a wide font. */
function legend(): string[] {
  let left = MARGIN.left - 40;
  return [...LOOKS, BOUND].map((key) => {
    const drawn = drawKey(key, left, 30);
    left += 34 + 6 * key.name.length + 24;
    return drawn;
  });
}

/** `worlds`: one a load. */
function seriesOf(worlds: readonly (readonly Row[])[], of: (row: Row) => number): Series[] {
  return LOOKS.toReversed().map(({ look, name }) => ({
    ...{ look, name },
    points: worlds.map((rows) => {
      const row = rows.find((each) => (look === 'timer' ? isTimer(each) : each.policy === look));
      return { x: rows[0]?.load ?? 0, y: row ? of(row) : null };
    }),
  }));
}

/** What the picture says, for those who do not see it. */
function description(rows: readonly Row[]): string {
  const percent = (share: number) => `${share === 0 ? 0 : (100 * share).toFixed(share < 0.01 ? 2 : 0)} %`;
  const sentences = worldsOf(rows).flatMap((world) => {
    const [first] = world;
    if (first === undefined || ![0.5, 0.8, 0.95, 2].includes(first.load)) return [];
    const shares = withBestTimer(world).map((row) => `${isTimer(row) ? BEST_TIMER : row.policy} ${percent(row.missedShare)}`);
    const bound = first.boundShare === null ? [] : [`clairvoyant bound ${percent(first.boundShare)}`];
    return [`${first.curve} at load ${first.load}: ${[...shares, ...bound].join(', ')}.`];
  });
  return `Share of frames that miss their bound. ${sentences.join(' ')}`;
}

/** None at the bottom, then decades from a little below 0.1 % to all. */
function shareScale(share: number): number {
  return share < LEAST_SHARE ? 0 : 0.06 + 0.94 * logarithmic(LEAST_SHARE, 1)(share);
}

function logarithmic(least: number, most: number): Scale {
  return (value) => Math.log(Math.max(least, value) / least) / Math.log(most / least);
}

function between(least: number, most: number): Scale {
  return (value) => (value - least) / (most - least);
}

const STYLE = `
text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;fill:#1c2430}
.page{fill:#fff;stroke:#d7dde5}
.tick,.key{font-size:12px}.tick{fill:#5b6675}.row{font-size:13px;font-weight:600}.column{font-size:12px;fill:#5b6675}
.grid{stroke:#e7ebf0}.axis{stroke:#9aa5b3}.mark{stroke:#7d8896;stroke-dasharray:2 4}.floor{fill:#1c2430;opacity:.09}
.line{fill:none;stroke-width:1.6;stroke-linejoin:round}.point{stroke:none}
.line.deadline{stroke:#0b62c4;stroke-width:3}.point.deadline{fill:#0b62c4}
.line.timer{stroke:#c96a00}.point.timer{fill:#fff;stroke:#c96a00;stroke-width:1.5}
.line.eager{stroke:#1f7a45}.point.eager{fill:#1f7a45}
.line.fifo{stroke:#9b3a90}.point.fifo{fill:#9b3a90}
.line.bound{stroke:#1c2430;stroke-dasharray:5 3}
@media (prefers-color-scheme:dark){
text{fill:#e6ebf2}.page{fill:#12171e;stroke:#2b333e}.tick,.column{fill:#9fabba}
.grid{stroke:#222a34}.axis{stroke:#5f6b7a}.mark{stroke:#76828f}.floor{fill:#e6ebf2;opacity:.13}
.line.deadline{stroke:#62aefc}.point.deadline{fill:#62aefc}
.line.timer{stroke:#f0a24a}.point.timer{fill:#12171e;stroke:#f0a24a}
.line.eager{stroke:#63c98d}.point.eager{fill:#63c98d}
.line.fifo{stroke:#dc8fd2}.point.fifo{fill:#dc8fd2}
.line.bound{stroke:#e6ebf2}
}`.replaceAll('\n', '');
