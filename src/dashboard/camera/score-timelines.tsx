import type { JSX } from 'preact';
import { useSession } from '../app/session.ts';
import type { LiveCamera } from '../state/live-camera.ts';
import { tick } from '../state/ticker.ts';
import { useWidth } from '../ui/use-width.ts';
import { percent } from '../ui/words.ts';
import { courseOf, samplesOf, scoreY, summaryOf } from './score-course.ts';

const MINUTES = 5;
const HEIGHT_PX = 84;
const MARGIN_PX = 36;

/** The score of each rule over the last minutes, with the thresholds at which it begins and ends. */
export function ScoreTimelines({ live }: { readonly live: LiveCamera }): JSX.Element | null {
  const { state } = useSession();
  const [box, widthPx] = useWidth();
  // A verdict moves the line at once, time alone twice a second.
  live.verdicts.value;
  tick.value;
  const { rules, regions, id } = live.camera.value;
  const points = state.scores.of(id);
  const nowMs = state.daemonNow();
  const charts = Object.entries(regions).flatMap(([region, { rules: own }]) => Object.keys(own).map((rule) => ({ region, rule })));
  if (charts.length === 0) return null;
  return (
    <section class="card panel scores-panel" aria-labelledby="scores-title">
      <h2 id="scores-title">
        Rules <span class="quiet">last {MINUTES} minutes, as far as this page watched</span>
      </h2>
      <div ref={box}>
        {charts.map(({ region, rule }) => {
          const known = rules[rule];
          return (
            known && (
              <ScoreChart
                key={`${rule} ${region}`}
                title={region === 'full' ? rule : `${rule} · ${region}`}
                labels={known.labels}
                thresholds={known}
                samples={samplesOf(points, rule, region)}
                widthPx={Math.max(120, widthPx - MARGIN_PX)}
                nowMs={nowMs}
              />
            )
          );
        })}
      </div>
    </section>
  );
}

interface ScoreChartProps {
  readonly title: string;
  readonly labels: readonly string[];
  readonly thresholds: { readonly enter: number; readonly exit: number };
  readonly samples: ReturnType<typeof samplesOf>;
  readonly widthPx: number;
  readonly nowMs: number;
}

function ScoreChart({ title, labels, thresholds: { enter, exit }, samples, widthPx, nowMs }: ScoreChartProps): JSX.Element {
  const fromMs = nowMs - MINUTES * 60_000;
  const course = courseOf(samples, { fromMs, toMs: nowMs, widthPx, heightPx: HEIGHT_PX, longestGapMs: 10_000 });
  const summary = summaryOf(samples);
  const words = summary
    ? `now ${percent(summary.newest)}, between ${percent(summary.lowest)} and ${percent(summary.highest)}; begins at ${percent(enter)}, ends below ${percent(exit)}; active in ${percent(summary.activeShare)} of the time`
    : `no score yet; begins at ${percent(enter)}, ends below ${percent(exit)}`;
  const [enterY, exitY] = [scoreY(enter, HEIGHT_PX), scoreY(exit, HEIGHT_PX)];
  return (
    <figure class="score-chart">
      <figcaption>
        <b>{title}</b> <span class="quiet">{labels.join(' + ')}</span>
        <span class="score-now">{summary ? percent(summary.newest) : '–'}</span>
      </figcaption>
      <svg width={widthPx + MARGIN_PX} height={HEIGHT_PX + 18} role="img" aria-label={`${title}: ${words}`}>
        <g transform="translate(0 2)">
          <rect class="chart-ground" width={widthPx} height={HEIGHT_PX} />
          {course.active.map(({ x, width }) => (
            <rect key={x} class="chart-active" x={x} width={width} height={HEIGHT_PX} />
          ))}
          <line class="chart-threshold" x1={0} x2={widthPx} y1={enterY} y2={enterY} />
          <line class="chart-threshold exit" x1={0} x2={widthPx} y1={exitY} y2={exitY} />
          <path class="chart-line" d={course.line} />
          <text x={widthPx + 4} y={enterY + 4 - (Math.abs(enterY - exitY) < 11 ? 5 : 0)}>
            {percent(enter)}
          </text>
          <text x={widthPx + 4} y={exitY + 4 + (Math.abs(enterY - exitY) < 11 ? 6 : 0)}>
            {percent(exit)}
          </text>
          {Array.from({ length: MINUTES }, (_, minute) => (
            <text key={minute} x={(minute / MINUTES) * widthPx} y={HEIGHT_PX + 14}>
              −{MINUTES - minute} min
            </text>
          ))}
        </g>
      </svg>
    </figure>
  );
}
