import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { useSession } from '../app/session.ts';
import type { LiveCamera } from '../state/live-camera.ts';
import type { LabelEvent } from '../state/messages.ts';
import { tick } from '../state/ticker.ts';
import { useWidth } from '../ui/use-width.ts';
import { activeSpans, isActiveAt } from './active-spans.ts';
import { type ScoreAnswer, storedLine } from './score-answer.ts';
import { ScoreChart } from './score-chart.tsx';
import { samplesOf } from './score-course.ts';
import { scoreLine } from './score-line.ts';
import { SCORE_SPANS, type ScoreSpan } from './score-span.ts';
import { useStoredScores } from './use-stored-scores.ts';

export interface ScoreTimelinesProps {
  readonly live: LiveCamera;
  /** Of events, with those of this camera. */
  readonly messages: readonly LabelEvent[];
}

/** The score of each rule over the last minutes, hour or day, stored and live, with the thresholds at which it begins and ends. */
export function ScoreTimelines({ live, messages }: ScoreTimelinesProps): JSX.Element | null {
  const span = useSignal<ScoreSpan>(SCORE_SPANS[0]);
  const { regions, id } = live.camera.value;
  const { answer, trouble } = useStoredScores(id, span.value.ms, span.value.everyMs).value;
  const charts = chartsOf(
    Object.entries(regions).flatMap(([region, { rules: own }]) => Object.keys(own).map((rule) => ({ region, rule }))),
    answer?.rules ?? [],
  );
  if (charts.length === 0) return null;
  return (
    <section class="card panel scores-panel" aria-labelledby="scores-title">
      <div class="scores-head">
        <h2 id="scores-title">
          Rules <span class="quiet">last {span.value.words}</span>
        </h2>
        {answer?.kept !== false && <SpanChoice span={span.value} onChange={(next) => (span.value = next)} />}
      </div>
      {answer?.kept === false && (
        <p class="quiet">The score trace is turned off (history.scoreTraceDays is 0): drawn is only what this page watched.</p>
      )}
      {trouble !== null && <p class="notice warn">Stored scores cannot be read now, what this page watched is drawn: {trouble}</p>}
      <RuleTimelines {...{ live, messages, answer, charts }} span={span.value} />
    </section>
  );
}

interface RuleTimelinesProps extends ScoreTimelinesProps {
  readonly answer: ScoreAnswer | null;
  readonly charts: readonly ChartOf[];
  readonly span: ScoreSpan;
}

/** Apart from the panel, which is not there before a rule is known: what has no element yet cannot be measured. */
function RuleTimelines({ charts, ...rest }: RuleTimelinesProps): JSX.Element {
  const [box, widthPx] = useWidth();
  return (
    <div ref={box}>
      {charts.map((chart) => (
        <RuleTimeline key={`${chart.rule} ${chart.region}`} {...{ ...rest, chart, widthPx }} />
      ))}
    </div>
  );
}

interface RuleTimelineProps extends Omit<RuleTimelinesProps, 'charts'> {
  readonly chart: ChartOf;
  readonly widthPx: number;
}

function RuleTimeline({ live, messages, answer, chart: { rule, region }, span, widthPx }: RuleTimelineProps): JSX.Element | null {
  const { state } = useSession();
  // A verdict moves the line at once, time alone twice a second.
  live.verdicts.value;
  tick.value;
  const { rules, id: camera, sampleFps } = live.camera.value;
  const stored = useMemo(() => {
    const spans = activeSpans(messages, { camera, rule, region });
    return answer?.kept ? storedLine(answer, rule, region, (atMs) => isActiveAt(spans, atMs)) : null;
  }, [answer, messages, camera, rule, region]);
  const known = rules[rule];
  if (!known) return null;
  const longestGapMs = Math.max(3_000 / sampleFps, 10_000);
  const toMs = state.daemonNow();
  return (
    <ScoreChart
      title={region === 'full' ? rule : `${rule} · ${region}`}
      labels={known.labels}
      thresholds={known}
      line={scoreLine(stored, samplesOf(state.scores.of(camera), rule, region, longestGapMs), longestGapMs)}
      span={span}
      window={{ fromMs: toMs - span.ms, toMs }}
      longestGapMs={longestGapMs}
      widthPx={widthPx}
    />
  );
}

interface ChartOf {
  readonly region: string;
  readonly rule: string;
}

/** A camera that has not been judged since the daemon began has no live state yet, but may have stored scores. */
function chartsOf(judged: readonly ChartOf[], stored: readonly ChartOf[]): readonly ChartOf[] {
  const isJudged = ({ region, rule }: ChartOf) => judged.some((one) => one.region === region && one.rule === rule);
  return [...judged, ...stored.filter((one) => !isJudged(one))];
}

function SpanChoice({ span, onChange }: { readonly span: ScoreSpan; readonly onChange: (span: ScoreSpan) => void }): JSX.Element {
  return (
    <fieldset class="chips">
      <legend class="visually-hidden">Time shown</legend>
      {SCORE_SPANS.map((each) => (
        <button key={each.words} type="button" class="chip" aria-pressed={each === span} onClick={() => onChange(each)}>
          {each.short}
        </button>
      ))}
    </fieldset>
  );
}
