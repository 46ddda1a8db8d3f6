import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { navigate } from '../app/navigation.ts';
import { pathOf } from '../app/routes.ts';
import { useSession } from '../app/session.ts';
import type { LiveCamera } from '../state/live-camera.ts';
import { usePolling } from '../ui/polling.ts';
import { useWidth } from '../ui/use-width.ts';
import { type CoverageReport, coverageSummary, type DaySpan, daySpans, spanAt } from './day-course.ts';
import { type CameraEvents, MOST_MESSAGES } from './use-camera-events.ts';

const DAY_MS = 86_400_000;
const COVERAGE_EVERY_MS = 20_000;
const EVENTS_PX = 22;
const COVERAGE_PX = 16;
const TOLERANCE_PX = 3;

/** The last 24 hours: when a rule held, and when the camera was not watched, and why. */
export function CameraDay({ live, events: { messages, isCut } }: { readonly live: LiveCamera; readonly events: CameraEvents }): JSX.Element {
  const { state } = useSession();
  const report = useSignal<CoverageReport | null>(null);
  const sinceText = () => new Date(state.daemonNow() - DAY_MS).toISOString();
  usePolling(
    () => `/api/coverage?camera=${live.id}&since=${sinceText()}`,
    COVERAGE_EVERY_MS,
    (answer) => (report.value = answer as CoverageReport),
  );
  const toMs = state.daemonNow();
  const window = { fromMs: toMs - DAY_MS, toMs };
  const spans = daySpans(report.value, messages, live.id, window);
  const events = spans.filter(({ kind }) => kind === 'event').length;
  return (
    <section class="card panel day-panel" aria-labelledby="day-title">
      <h2 id="day-title">
        Last 24 hours <span class="quiet">{coverageSummary(report.value, live.id)}</span>
      </h2>
      <DayStrip spans={spans} window={window} label={`Last 24 hours: ${events} events; ${coverageSummary(report.value, live.id)}`} />
      {isCut && <p class="quiet">Only the newest {MOST_MESSAGES} messages of events are drawn.</p>}
      <BlindTimes spans={spans} />
    </section>
  );
}

interface DayStripProps {
  readonly spans: readonly DaySpan[];
  readonly window: { readonly fromMs: number; readonly toMs: number };
  readonly label: string;
}

/** One stop for the keyboard: arrows go from stretch to stretch, Enter opens an event. The pointer does the same by pointing. */
function DayStrip({ spans, window, label }: DayStripProps): JSX.Element {
  const [box, widthPx] = useWidth();
  const pointed = useSignal<DaySpan | null>(null);
  const told = spans.filter(({ kind }) => kind !== 'watching');
  const keys = (event: KeyboardEvent) => {
    const at = told.findIndex(({ key }) => key === pointed.value?.key);
    if (event.key === 'ArrowRight') pointed.value = told[Math.min(told.length - 1, at + 1)] ?? null;
    else if (event.key === 'ArrowLeft') pointed.value = told[at === -1 ? told.length - 1 : Math.max(0, at - 1)] ?? null;
    else if (event.key === 'Enter') open();
    else return;
    event.preventDefault();
  };
  const open = () => {
    const id = pointed.value?.eventId;
    if (id !== undefined && id !== null) navigate(pathOf({ page: 'event', id }));
  };
  const point = (event: PointerEvent) => {
    const { left, width } = (event.currentTarget as Element).getBoundingClientRect();
    pointed.value = spanAt(spans, (event.clientX - left) / width, TOLERANCE_PX / width);
  };
  return (
    <div ref={box}>
      {/* biome-ignore lint/a11y/useSemanticElements: an own widget: a picture through which the arrows walk */}
      <div
        class="day-strip"
        role="group"
        aria-label={`${label}. Arrow keys go from one to the next, Enter opens an event.`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it takes keys
        tabIndex={0}
        onKeyDown={keys}
        onPointerMove={point}
        onPointerLeave={() => (pointed.value = null)}
        onClick={open}
      >
        <StripPicture spans={spans} window={window} widthPx={widthPx} pointed={pointed.value} />
      </div>
      <p class="day-words" aria-live="polite">
        {pointed.value?.words ?? ''}
      </p>
    </div>
  );
}

function StripPicture({
  spans,
  window,
  widthPx,
  pointed,
}: Omit<DayStripProps, 'label'> & { readonly widthPx: number; readonly pointed: DaySpan | null }) {
  const everyHours = widthPx < 480 ? 6 : 3;
  const hours = useMemo(() => hourMarks(window, everyHours), [Math.floor(window.toMs / 60_000), everyHours]);
  return (
    <svg width={widthPx} height={EVENTS_PX + COVERAGE_PX + 20} aria-hidden="true">
      <defs>
        <pattern id="blind" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect class="strip-blind-ground" width="6" height="6" />
          <rect class="strip-blind-line" width="2.5" height="6" />
        </pattern>
      </defs>
      <rect class="strip-ground" width={widthPx} height={EVENTS_PX} />
      <rect class="strip-unknown" y={EVENTS_PX + 2} width={widthPx} height={COVERAGE_PX} />
      {spans.map((span) => {
        const width = Math.max(span.kind === 'event' ? 2 : 0.75, (span.to - span.from) * widthPx);
        const isEvent = span.kind === 'event';
        return (
          <rect
            key={span.key}
            class={`strip-${span.kind} ${pointed?.key === span.key ? 'pointed' : ''}`}
            x={Math.min(span.from * widthPx, widthPx - width)}
            y={isEvent ? 0 : EVENTS_PX + 2}
            width={width}
            height={isEvent ? EVENTS_PX : COVERAGE_PX}
          />
        );
      })}
      {hours.map(({ place, words }) => (
        <g key={words} transform={`translate(${place * widthPx} 0)`}>
          <line class="strip-hour" y1={EVENTS_PX + COVERAGE_PX + 2} y2={EVENTS_PX + COVERAGE_PX + 6} />
          <text y={EVENTS_PX + COVERAGE_PX + 17} text-anchor={place > 0.94 ? 'end' : 'start'}>
            {words}
          </text>
        </g>
      ))}
    </svg>
  );
}

function hourMarks({ fromMs, toMs }: DayStripProps['window'], everyHours: number): readonly { readonly place: number; readonly words: string }[] {
  const marks: { place: number; words: string }[] = [];
  const hour = new Date(fromMs);
  hour.setMinutes(60, 0, 0);
  for (; hour.getTime() < toMs; hour.setHours(hour.getHours() + 1)) {
    if (hour.getHours() % everyHours !== 0) continue;
    marks.push({ place: (hour.getTime() - fromMs) / (toMs - fromMs), words: hour.toLocaleTimeString([], { hour: 'numeric' }) });
  }
  return marks;
}

/** The same in words, for whoever wants to read or copy it. */
function BlindTimes({ spans }: { readonly spans: readonly DaySpan[] }): JSX.Element | null {
  const blind = spans.filter(({ kind }) => kind === 'blind' || kind === 'reduced').toReversed();
  if (blind.length === 0) return null;
  return (
    <details>
      <summary>
        Not or less watched: {blind.length} {blind.length === 1 ? 'time' : 'times'}
      </summary>
      <ul class="blind-times">
        {blind.map(({ key, words }) => (
          <li key={key}>{words}</li>
        ))}
      </ul>
    </details>
  );
}
