import type { JSX } from 'preact';
import type { Stats } from '../state/messages.ts';
import { useWidth } from '../ui/use-width.ts';
import { duration } from '../ui/words.ts';
import { roundedUp } from './latency-course.ts';
import { MinuteMarks } from './minute-marks.tsx';
import { curveOf, outboxPoints } from './outbox-course.ts';
import { COLUMNS, columnEndMs, columnX, EVERY_MS, MARGIN_PX, MINUTES } from './time-axis.ts';

const HEIGHT_PX = 44;

/** How much waited for the broker, and for how long, over the last minutes. */
export function OutboxCurves({ course }: { readonly course: readonly Stats[] }): JSX.Element {
  const [box, widthPx] = useWidth();
  const points = outboxPoints(course, EVERY_MS);
  const depths = points.map(({ atMs, depth }) => ({ atMs, value: depth }));
  const ages = points.map(({ atMs, oldestSeconds }) => ({ atMs, value: oldestSeconds }));
  const chartPx = Math.max(60, widthPx - MARGIN_PX);
  const now = course.at(-1)?.outbox ?? { depth: 0, oldestSeconds: 0 };
  return (
    <div ref={box} class="outbox-curves">
      <Curve title="Messages that waited" points={depths} now={now.depth} chartPx={chartPx} least={1} words={(value) => value.toLocaleString()} />
      <Curve
        title="Age of the oldest"
        points={ages}
        now={now.oldestSeconds}
        chartPx={chartPx}
        least={1}
        words={(seconds) => duration(seconds * 1000)}
      />
    </div>
  );
}

interface CurveProps {
  readonly title: string;
  /** Oldest first; each the highest of its column. */
  readonly points: readonly { readonly atMs: number; readonly value: number }[];
  readonly now: number;
  readonly chartPx: number;
  /** What the top of the chart means at least: nothing must not look like much. */
  readonly least: number;
  readonly words: (value: number) => string;
}

function Curve({ title, points, now, chartPx, least, words }: CurveProps): JSX.Element {
  const newest = points.at(-1);
  const highest = Math.max(0, ...points.map(({ value }) => value));
  const top = roundedUp(Math.max(least, highest));
  const endMs = columnEndMs((newest?.atMs ?? 0) - 1);
  const place = {
    x: (atMs: number) => columnX(atMs, endMs, chartPx) + chartPx / COLUMNS / 2,
    y: (value: number) => (1 - value / top) * HEIGHT_PX,
  };
  const inWords = `${title}, last ${MINUTES} minutes: now ${words(now)}, at most ${words(highest)}`;
  return (
    <figure>
      <figcaption>{title}</figcaption>
      <svg class="outbox-chart" width={chartPx + MARGIN_PX} height={HEIGHT_PX + 22} role="img" aria-label={inWords}>
        <g transform="translate(0 4)">
          <rect class="chart-ground" width={chartPx} height={HEIGHT_PX} />
          <path
            class="outbox-curve"
            d={curveOf(
              points.filter(({ atMs }) => place.x(atMs) >= 0),
              place,
              EVERY_MS,
            )}
          />
          {[0, top].map((value) => (
            <text key={value} x={chartPx + 5} y={place.y(value) + 4}>
              {words(value)}
            </text>
          ))}
          <MinuteMarks chartPx={chartPx} y={HEIGHT_PX + 14} />
        </g>
      </svg>
    </figure>
  );
}
