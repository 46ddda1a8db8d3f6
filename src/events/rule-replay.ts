import type { RuleConfig } from '../config/config.ts';
import type { EndReason } from './label-event.ts';
import { type Cause, RuleTracker, type Transition } from './rule-tracker.ts';
import type { TraceEntry, TraceSession } from './score-trace.ts';
import { traceScorer } from './trace-scorer.ts';

/** An event that a rule makes of a trace. Wall clock, ms. */
export interface ReplayedEvent {
  readonly region: string;
  /** Arrival of the first frame of the run that led to it, and of the deciding one. */
  readonly startedAt: number;
  readonly decidedAt: number;
  /** Null: it goes on where the trace ends. */
  readonly endedAt: number | null;
  readonly endReason: EndReason | null;
  /** Of the rule, in the deciding frame. */
  readonly score: number;
  readonly peakScore: number;
  /** Number of the deciding frame. */
  readonly frame: number;
  /** Messages between start and end. */
  readonly updates: number;
  readonly startCause: Cause;
  readonly endCause: Cause | null;
}

type Going = Omit<ReplayedEvent, 'endedAt' | 'endReason' | 'endCause'> & {
  /** Of the newest message. */
  readonly saidAt: number;
};

/** One rule over the trace of one region: the same tracker as on live frames, on what it saw then. Entries come in their order, session by session. */
export class RuleReplay {
  readonly #rule: RuleConfig;
  readonly #region: string;
  readonly #events: ReplayedEvent[] = [];
  readonly #missing = new Set<string>();
  #session: TraceSession | null = null;
  #tracker: RuleTracker | null = null;
  #scorer: ReturnType<typeof traceScorer> | null = null;
  #going: Going | null = null;
  #exact = true;

  constructor(rule: RuleConfig, region: string) {
    this.#rule = rule;
    this.#region = region;
  }

  /** Labels of the rule that some session's trace does not have: its frames said nothing, and the events are not all. */
  get missing(): readonly string[] {
    return [...this.#missing];
  }

  /** Every score was the one that the rule would have seen, to the last digit. */
  get exact(): boolean {
    return this.#exact;
  }

  take(session: TraceSession, entries: readonly TraceEntry[]): void {
    if (session.key !== this.#session?.key) this.#enter(session);
    for (const entry of entries) {
      if (entry.kind === 'break') this.#told(this.#tracker?.close(entry.reason, entry.mono) ?? null, entry.wall, 0, 0);
      else if (this.#scorer?.ok) {
        const score = this.#scorer.scoreOf(entry);
        const { mono, wall, sequence } = entry;
        this.#told(this.#tracker?.observe({ mono, wall, sequence, score }) ?? null, wall, score, sequence);
      } else for (const label of this.#scorer?.missing ?? []) this.#missing.add(label);
    }
  }

  /** All there were, in the order of their starts; the last may still go on. */
  close(): readonly ReplayedEvent[] {
    if (this.#going) this.#events.push(ended(this.#going, null, null, null));
    this.#going = null;
    return this.#events;
  }

  #enter(session: TraceSession): void {
    // Nobody ended it: the daemon died, and the next one closed it with what it had said last.
    if (this.#going) this.#events.push(ended(this.#going, this.#going.saidAt, 'recovered', { kind: 'outside', reason: 'recovered' }));
    this.#going = null;
    this.#session = session;
    this.#tracker = new RuleTracker(this.#rule, session.maxGapMs);
    this.#scorer = traceScorer(session, this.#rule.labels);
    if (this.#scorer.ok) this.#exact &&= this.#scorer.exact;
  }

  #told(transition: Transition | null, wall: number, score: number, frame: number): void {
    if (transition === null) return;
    const { type, startedAt, peakScore, cause } = transition;
    if (type === 'start') {
      this.#going = { region: this.#region, startedAt, decidedAt: wall, score, peakScore, frame, updates: 0, startCause: cause, saidAt: wall };
    } else if (this.#going && type === 'update') {
      this.#going = { ...this.#going, peakScore, updates: this.#going.updates + 1, saidAt: wall };
    } else if (this.#going) {
      this.#events.push(ended({ ...this.#going, peakScore }, wall, transition.endReason, cause));
      this.#going = null;
    }
  }
}

function ended(going: Going, endedAt: number | null, endReason: EndReason | null, endCause: Cause | null): ReplayedEvent {
  const { saidAt: _saidAt, ...event } = going;
  return { ...event, endedAt, endReason, endCause };
}
