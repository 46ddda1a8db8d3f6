import { type ScorePoint, ScoreThinning } from './score-thinning.ts';
import type { TraceEntry, TraceFrame, TraceSession } from './score-trace.ts';
import type { TimeSpan } from './trace-extent.ts';
import { traceScorer } from './trace-scorer.ts';

/** The score of one rule in one region over a time, few enough points to be drawn. */
export interface ScoreCourse {
  /** Oldest first; between the points of a run nothing is missing. See ScoreThinning. */
  readonly runs: readonly (readonly ScorePoint[])[];
  /** Judged frames behind it. */
  readonly frames: number;
  /** Gaps that are too short to part two runs. */
  readonly shortGaps: number;
  /** Of the newest frame within the time. */
  readonly newest: ScorePoint | null;
  /** Every score is what the rule saw; else some are sums of rounded parts, which may be off by half a step (0.00005) a label. */
  readonly exact: boolean;
  /** When frames were judged whose trace does not have all labels of the rule: it had others then. Wall clock, ms, both ends included. */
  readonly untraced: readonly { readonly fromMs: number; readonly toMs: number }[];
}

interface Before {
  readonly mono: number;
  readonly wall: number;
}

/** Reads the score of a rule from the trace of one region, as RuleReplay reads its events. Parts come in their order, session by session. */
export class ScoreCourseReader {
  readonly #labels: readonly string[];
  readonly #span: TimeSpan;
  readonly #bucketMs: number;
  readonly #thinning: ScoreThinning;
  readonly #untraced: { fromMs: number; toMs: number }[] = [];
  #session: TraceSession | null = null;
  #scorer: ReturnType<typeof traceScorer> | null = null;
  #nextChunk = 0;
  #before: Before | null = null;
  #newest: ScorePoint | null = null;
  #exact = true;

  constructor(labels: readonly string[], span: TimeSpan, buckets: number) {
    this.#labels = labels;
    this.#span = span;
    this.#bucketMs = (span.untilMs - span.sinceMs) / buckets;
    this.#thinning = new ScoreThinning(span, buckets);
  }

  take(session: TraceSession, chunkNumber: number, entries: readonly TraceEntry[]): void {
    if (session.key !== this.#session?.key) {
      this.#scorer = traceScorer(session, this.#labels);
      this.#before = null;
    } else if (chunkNumber !== this.#nextChunk) this.#before = null;
    this.#session = session;
    this.#nextChunk = chunkNumber + 1;
    for (const entry of entries) {
      if (entry.kind === 'break') this.#before = null;
      else this.#see(entry, session.maxGapMs);
    }
  }

  course(): ScoreCourse {
    const { samples, shortGaps } = this.#thinning;
    return {
      ...{ runs: this.#thinning.runs(), frames: samples, shortGaps },
      ...{ newest: this.#newest, exact: this.#exact, untraced: this.#untraced },
    };
  }

  #see(frame: TraceFrame, maxGapMs: number): void {
    const { mono, wall } = frame;
    const before = this.#before;
    const isNear = (ms: number) => ms >= 0 && ms <= maxGapMs;
    // Of two clocks, for one may have been set: the line would lead through a time that never was.
    const isJoined = before !== null && isNear(mono - before.mono) && isNear(wall - before.wall);
    this.#before = { mono, wall };
    if (this.#scorer?.ok !== true) {
      this.#miss(wall, Math.max(maxGapMs, this.#bucketMs));
      return;
    }
    const point = { atMs: wall, score: this.#scorer.scoreOf(frame) };
    this.#thinning.add(point, isJoined);
    if (wall < this.#span.sinceMs || wall >= this.#span.untilMs) return;
    this.#exact &&= this.#scorer.exact;
    if (wall >= (this.#newest?.atMs ?? 0)) this.#newest = point;
  }

  #miss(wall: number, joinsMs: number): void {
    const last = this.#untraced.at(-1);
    if (last && wall >= last.toMs && wall - last.toMs <= joinsMs) last.toMs = wall;
    else this.#untraced.push({ fromMs: wall, toMs: wall });
  }
}
