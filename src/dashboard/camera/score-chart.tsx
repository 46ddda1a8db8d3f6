import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { percent } from '../ui/words.ts';
import type { Gap } from './score-answer.ts';
import { type CourseSummary, courseOf, scoreY, summaryOf } from './score-course.ts';
import type { ScoreLine } from './score-line.ts';
import { type Cursor, movedCursor, readingAt } from './score-reading.ts';
import type { ScoreSpan } from './score-span.ts';

const HEIGHT_PX = 84;
/** For the thresholds' figures, right of the ground. */
const MARGIN_PX = 36;

export interface ScoreChartProps {
  readonly title: string;
  readonly labels: readonly string[];
  readonly thresholds: { readonly enter: number; readonly exit: number };
  readonly line: ScoreLine;
  readonly span: ScoreSpan;
  readonly window: { readonly fromMs: number; readonly toMs: number };
  readonly longestGapMs: number;
  /** Of the whole. */
  readonly widthPx: number;
}

/** One stop for the keyboard: arrows walk through time, and what the line says there is told. The pointer does the same by pointing. */
export function ScoreChart({ title, labels, thresholds, line, span, window, longestGapMs, widthPx: wholePx }: ScoreChartProps): JSX.Element {
  const cursor = useSignal<Cursor | null>(null);
  const widthPx = Math.max(120, wholePx - MARGIN_PX);
  const samples = line.samples.filter(({ atMs }) => atMs >= window.fromMs);
  const gaps = line.gaps.filter(({ toMs }) => toMs > window.fromMs);
  const summary = summaryOf(samples);
  // What was judged minutes ago is not what is now.
  const isNow = summary !== null && window.toMs - summary.newestMs <= longestGapMs;
  // The chart moves on beneath what is pointed at.
  const pointed = cursor.value && cursor.value.atMs >= window.fromMs ? cursor.value : null;
  const keys = (event: KeyboardEvent) => {
    const moved = movedCursor(event.key, pointed, window);
    if (moved === null) return;
    cursor.value = moved;
    event.preventDefault();
  };
  const point = (event: PointerEvent) => {
    const pxMs = (window.toMs - window.fromMs) / widthPx;
    const px = event.clientX - (event.currentTarget as Element).getBoundingClientRect().left;
    cursor.value = { atMs: window.fromMs + Math.min(widthPx, px) * pxMs, halfMs: pxMs };
  };
  return (
    <figure class="score-chart">
      <figcaption>
        <b>{title}</b> <span class="quiet">{labels.join(' + ')}</span>
        <span class="score-now">{isNow ? percent(summary.newest) : '–'}</span>
      </figcaption>
      {/* biome-ignore lint/a11y/useSemanticElements: an own widget: a picture through which the arrows walk */}
      <div
        class="score-picture"
        role="group"
        aria-label={`${title}: ${wordsOf(summary, isNow, thresholds, gaps)}. Arrow keys walk through time.`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it takes keys
        tabIndex={0}
        onKeyDown={keys}
        onPointerMove={point}
        onPointerLeave={() => (cursor.value = null)}
      >
        <Picture
          samples={samples}
          gaps={gaps}
          thresholds={thresholds}
          span={span}
          window={window}
          widthPx={widthPx}
          cursorMs={pointed?.atMs ?? null}
        />
      </div>
      <p class="score-words" aria-live="polite">
        {pointed ? readingAt({ samples, gaps }, pointed, longestGapMs) : ''}
      </p>
    </figure>
  );
}

function wordsOf(summary: CourseSummary | null, isNow: boolean, { enter, exit }: ScoreChartProps['thresholds'], gaps: readonly Gap[]): string {
  const limits = `begins at ${percent(enter)}, ends below ${percent(exit)}`;
  const missing = gaps.length === 0 ? '' : `; ${gaps.length} ${gaps.length === 1 ? 'gap' : 'gaps'}`;
  if (!summary) return `no score yet; ${limits}${missing}`;
  const { newest, lowest, highest, activeShare } = summary;
  return `${isNow ? `now ${percent(newest)}` : `no score now, the last ${percent(newest)}`}, between ${percent(lowest)} and ${percent(highest)}; ${limits}; active in ${percent(activeShare)} of the time${missing}`;
}

interface PictureProps extends Pick<ScoreChartProps, 'thresholds' | 'span' | 'window' | 'widthPx'>, ScoreLine {
  readonly cursorMs: number | null;
}

function Picture({ samples, gaps, thresholds: { enter, exit }, span, window, widthPx, cursorMs }: PictureProps): JSX.Element {
  const { fromMs, toMs } = window;
  const course = courseOf(samples, { fromMs, toMs, widthPx, heightPx: HEIGHT_PX });
  const x = (atMs: number) => ((Math.min(toMs, Math.max(fromMs, atMs)) - fromMs) / (toMs - fromMs)) * widthPx;
  const [enterY, exitY] = [scoreY(enter, HEIGHT_PX), scoreY(exit, HEIGHT_PX)];
  const isNarrow = Math.abs(enterY - exitY) < 11;
  const marks = Array.from({ length: span.ms / span.markMs }, (_, index) => span.ms - index * span.markMs);
  return (
    <svg width={widthPx + MARGIN_PX} height={HEIGHT_PX + 18} data-from-ms={fromMs} data-to-ms={toMs} aria-hidden="true">
      <g transform="translate(0 2)">
        <rect class="chart-ground" width={widthPx} height={HEIGHT_PX} />
        {gaps.map((gap) => (
          <rect
            key={gap.fromMs}
            class={`chart-gap ${gap.reason}`}
            x={x(gap.fromMs)}
            width={Math.max(0.75, x(gap.toMs) - x(gap.fromMs))}
            height={HEIGHT_PX}
          />
        ))}
        {course.active.map(({ x: left, width }) => (
          <rect key={left} class="chart-active" x={left} width={width} height={HEIGHT_PX} />
        ))}
        <line class="chart-threshold" x1={0} x2={widthPx} y1={enterY} y2={enterY} />
        <line class="chart-threshold exit" x1={0} x2={widthPx} y1={exitY} y2={exitY} />
        <path class="chart-line" d={course.line} />
        {cursorMs !== null && <line class="chart-cursor" x1={x(cursorMs)} x2={x(cursorMs)} y2={HEIGHT_PX} />}
        <text x={widthPx + 4} y={enterY + 4 - (isNarrow ? 5 : 0)}>
          {percent(enter)}
        </text>
        <text x={widthPx + 4} y={exitY + 4 + (isNarrow ? 6 : 0)}>
          {percent(exit)}
        </text>
        {marks
          .filter((_, index) => widthPx > 300 || index % 2 === 0)
          .map((agoMs) => (
            <text key={agoMs} x={(1 - agoMs / span.ms) * widthPx} y={HEIGHT_PX + 14}>
              {span.markWords(agoMs)}
            </text>
          ))}
      </g>
    </svg>
  );
}
