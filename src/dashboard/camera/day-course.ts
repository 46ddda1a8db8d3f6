import type { Coverage, LabelEvent } from '../state/messages.ts';
import { coverageInWords, duration } from '../ui/words.ts';

/** `GET /api/coverage`, as far as it is used here. */
export interface CoverageReport {
  readonly since: string;
  readonly until: string;
  readonly now: string;
  readonly cameras: readonly {
    readonly camera: string;
    readonly totalsMs: Readonly<Record<Coverage['state'] | 'unknown', number>>;
    readonly reasonsMs: Readonly<Record<string, number>>;
    readonly intervals: readonly (Omit<Coverage, 'since'> & { readonly since: string; readonly until: string })[];
  }[];
}

/** A stretch of the day that can be pointed at. */
export interface DaySpan {
  readonly kind: Coverage['state'] | 'event';
  /** 0…1 of the day. */
  readonly from: number;
  readonly to: number;
  /** Of an event: of which rule, and where its page is. */
  readonly rule: string;
  readonly eventId: string | null;
  /** Names it, also when its end moves on: one that goes on ends now. */
  readonly key: string;
  /** A sentence: what it was, from when to when. */
  readonly words: string;
}

export interface DayWindow {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Coverage and events of one camera, in order of their begin. `messages`: any messages of events; an event that has no end goes on. */
export function daySpans(report: CoverageReport | null, messages: readonly LabelEvent[], camera: string, window: DayWindow): readonly DaySpan[] {
  const place = (atMs: number) => Math.min(1, Math.max(0, (atMs - window.fromMs) / (window.toMs - window.fromMs)));
  const spans: DaySpan[] = [];
  for (const { state, reason, since, until } of report?.cameras.find((one) => one.camera === camera)?.intervals ?? []) {
    const [fromMs, toMs] = [Date.parse(since), Date.parse(until)];
    const words = `${timeSpan(fromMs, toMs)}: ${coverageInWords({ state, reason })}`;
    spans.push({ kind: state, from: place(fromMs), to: place(toMs), rule: '', eventId: null, key: `${state} ${since}`, words });
  }
  for (const event of newestMessages(messages)) {
    if (event.camera !== camera) continue;
    const fromMs = Date.parse(event.startedAt);
    const toMs = event.type === 'end' ? Date.parse(event.endedAt ?? event.at) : window.toMs;
    if (toMs < window.fromMs || fromMs > window.toMs) continue;
    const words = `${timeSpan(fromMs, toMs)}: ${event.rule}, ${event.label}${event.type === 'end' ? '' : ', still active'}`;
    spans.push({ kind: 'event', from: place(fromMs), to: place(toMs), rule: event.rule, eventId: event.id, key: event.id, words });
  }
  return spans.sort((a, b) => a.from - b.from);
}

/** The span at a place of the day; events lie above coverage. */
export function spanAt(spans: readonly DaySpan[], place: number, tolerance: number): DaySpan | null {
  const hit = (span: DaySpan) => place >= span.from - tolerance && place <= span.to + tolerance;
  return (
    spans.findLast((span) => span.kind === 'event' && hit(span)) ??
    spans.find((span) => span.kind !== 'event' && span.from <= place && place < span.to) ??
    null
  );
}

/** "watched 23 h, not watched 50 min". */
export function coverageSummary(report: CoverageReport | null, camera: string): string {
  const totals = report?.cameras.find((one) => one.camera === camera)?.totalsMs;
  if (!totals) return 'no record of the last day';
  const words = (['watching', 'reduced', 'blind'] as const)
    .filter((state) => totals[state] > 0)
    .map((state) => `${coverageInWords({ state, reason: null })} ${duration(totals[state])}`);
  return words.join(', ');
}

function newestMessages(messages: readonly LabelEvent[]): Iterable<LabelEvent> {
  const newest = new Map<string, LabelEvent>();
  for (const message of messages) if ((newest.get(message.id)?.sequence ?? 0) < message.sequence) newest.set(message.id, message);
  return newest.values();
}

function timeSpan(fromMs: number, toMs: number): string {
  const time = (ms: number) => new Date(ms).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', second: '2-digit' });
  return `${time(fromMs)} to ${time(toMs)} (${duration(toMs - fromMs)})`;
}
