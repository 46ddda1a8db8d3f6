import type { JSX } from 'preact';
import type { Percentiles, Stats } from '../state/messages.ts';
import { useWidth } from '../ui/use-width.ts';
import { type LatencyColumn, latencyColumns, roundedUp, STAGES, type Stage } from './latency-course.ts';
import { MinuteMarks } from './minute-marks.tsx';
import { COLUMNS, columnEndMs, columnX, EVERY_MS, MARGIN_PX, MINUTES } from './time-axis.ts';

const HEIGHT_PX = 180;
/** `other` has the colour of decoding, which is most of it. */
const COLOURS: Readonly<Record<Stage, string>> = { other: 'decode', queue: 'queue', preprocess: 'preprocess', inference: 'inference' };
const WORDS: Readonly<Record<Stage, string>> = {
  other: 'decoding, deciding',
  queue: 'waiting',
  preprocess: 'preparing',
  inference: 'network',
};

/** Where the time of a verdict goes, over the last minutes. */
export function LatencyPanel({ stats, course }: { readonly stats: Stats; readonly course: readonly Stats[] }): JSX.Element {
  const [box, widthPx] = useWidth();
  const columns = latencyColumns(course, EVERY_MS);
  const { latencyMs, stagesMs } = stats;
  return (
    <section class="card panel wide" aria-labelledby="latency-title">
      <h2 id="latency-title">
        Latency <span class="quiet">by stage, each column the median of the minute before; the tick is p95; as far as this page watched</span>
      </h2>
      <div class="latency-columns">
        <div>
          <p class="legend" aria-hidden="true">
            {STAGES.map((stage) => (
              <span key={stage}>
                <span class={`swatch ${COLOURS[stage]}`} />
                {WORDS[stage]}
              </span>
            ))}
          </p>
          <div ref={box}>
            {columns.length === 0 ? (
              <p class="quiet">Nothing was judged in the last minutes.</p>
            ) : (
              <Columns columns={columns} widthPx={widthPx} endMs={columnEndMs(Date.parse(stats.at))} />
            )}
          </div>
        </div>
        <table class="figures-table">
          <thead>
            <tr>
              <th scope="col">ms, last minute</th>
              <th scope="col">p50</th>
              <th scope="col">p95</th>
              <th scope="col">p99</th>
            </tr>
          </thead>
          <tbody>
            <Line words="arrival → decision" values={latencyMs} />
            <Line words="waiting" values={stagesMs.queue} />
            <Line words="preparing a batch" values={stagesMs.preprocess} />
            <Line words="a batch in the network" values={stagesMs.inference} />
            <Line words="storing events" values={stagesMs.commit} />
            <Line words="broker's acknowledgement" values={stagesMs.puback} />
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Line({ words, values: { p50, p95, p99 } }: { readonly words: string; readonly values: Percentiles }): JSX.Element {
  return (
    <tr>
      <th scope="row">{words}</th>
      {[p50, p95, p99].map((value, index) => (
        <td key={index}>{value === null ? '–' : value.toFixed(1)}</td>
      ))}
    </tr>
  );
}

interface ColumnsProps {
  readonly columns: readonly LatencyColumn[];
  readonly widthPx: number;
  /** Of the newest column. */
  readonly endMs: number;
}

function Columns({ columns, widthPx, endMs }: ColumnsProps): JSX.Element {
  const top = roundedUp(Math.max(...columns.map(({ p95 }) => p95)));
  const pxOf = (ms: number) => (ms / top) * HEIGHT_PX;
  const chartPx = Math.max(60, widthPx - MARGIN_PX);
  const columnPx = chartPx / COLUMNS;
  const xOf = (atMs: number) => columnX(atMs, endMs, chartPx);
  return (
    <svg class="latency-chart" width={chartPx + MARGIN_PX} height={HEIGHT_PX + 26} role="img" aria-label={inWords(columns)}>
      <g transform="translate(0 6)">
        <rect class="chart-ground" width={chartPx} height={HEIGHT_PX} />
        {[0, 0.5, 1].map((share) => (
          <g key={share} transform={`translate(0 ${HEIGHT_PX * (1 - share)})`}>
            <line class="chart-grid" x2={chartPx} />
            <text x={chartPx + 5} y={4}>
              {top * share} ms
            </text>
          </g>
        ))}
        {columns
          .filter(({ atMs }) => xOf(atMs) >= -0.5)
          .map((column) => (
            <Column key={column.atMs} column={column} x={xOf(column.atMs)} widthPx={Math.max(1, columnPx - 1)} pxOf={pxOf} />
          ))}
        <MinuteMarks chartPx={chartPx} y={HEIGHT_PX + 16} />
      </g>
    </svg>
  );
}

interface ColumnProps {
  readonly column: LatencyColumn;
  readonly x: number;
  readonly widthPx: number;
  readonly pxOf: (ms: number) => number;
}

function Column({ column: { stages, p95 }, x, widthPx, pxOf }: ColumnProps): JSX.Element {
  let below = 0;
  return (
    <g transform={`translate(${x} 0)`}>
      {STAGES.map((stage) => {
        const height = pxOf(stages[stage]);
        below += height;
        return <rect key={stage} class={`stage ${COLOURS[stage]}`} y={HEIGHT_PX - below} width={widthPx} height={height} />;
      })}
      <rect class="stage-p95" y={HEIGHT_PX - pxOf(p95) - 1} width={widthPx} height={2} />
    </g>
  );
}

function inWords(columns: readonly LatencyColumn[]): string {
  const newest = columns.at(-1);
  if (!newest) return 'no latency yet';
  const parts = STAGES.map((stage) => `${WORDS[stage]} ${newest.stages[stage].toFixed(1)} ms`).join(', ');
  return `Latency over the last ${MINUTES} minutes; now ${parts}, p95 ${newest.p95.toFixed(1)} ms`;
}
