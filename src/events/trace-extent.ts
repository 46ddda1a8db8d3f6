import type { TraceEntry, TraceSession } from './score-trace.ts';

export interface TimeSpan {
  /** Wall clock, ms; `untilMs` exclusive. */
  readonly sinceMs: number;
  readonly untilMs: number;
}

/** How much of a time the trace of one region tells of. */
export class TraceExtent {
  readonly #span: TimeSpan;
  #session = Number.NaN;
  #nextChunk = 0;
  #last: { readonly mono: number; readonly wall: number } | null = null;
  #coveredMs = 0;
  #frames = 0;
  #breaks = 0;
  #crashes = 0;
  #endedInOrder = true;
  #lostChunks = 0;
  #beginsInside = false;
  #firstMs: number | null = null;
  #lastMs: number | null = null;

  constructor(span: TimeSpan) {
    this.#span = span;
  }

  /** Time between frames that count as consecutive, ms. */
  get coveredMs(): number {
    return this.#coveredMs;
  }

  /** Within the time. */
  get frames(): number {
    return this.#frames;
  }

  /** Times, within the time, at which something from outside ended runs and events; starts of the daemon not included. */
  get breaks(): number {
    return this.#breaks;
  }

  /** Starts of the daemon, within the time, before which the one of before had not ended in order: up to a minute before its end is not in the trace. */
  get crashes(): number {
    return this.#crashes;
  }

  /** Parts that could not be written, or were removed from the middle. */
  get lostChunks(): number {
    return this.#lostChunks;
  }

  /** First and last entry of the whole trace, wall clock, ms; null when there is none. */
  get firstMs(): number | null {
    return this.#firstMs;
  }

  get lastMs(): number | null {
    return this.#lastMs;
  }

  /** What came before its first entry was removed for its age: what was going on then is not known. */
  get beginsInside(): boolean {
    return this.#beginsInside;
  }

  take(session: TraceSession, chunkNumber: number, entries: readonly TraceEntry[]): void {
    if (session.key !== this.#session) this.#enter(session, chunkNumber);
    else if (chunkNumber !== this.#nextChunk) {
      this.#lostChunks += chunkNumber - this.#nextChunk;
      this.#last = null;
    }
    this.#nextChunk = chunkNumber + 1;
    for (const entry of entries) this.#see(entry, session.maxGapMs);
  }

  #enter({ key }: TraceSession, chunkNumber: number): void {
    if (Number.isNaN(this.#session)) this.#beginsInside = chunkNumber > 0;
    else this.#lostChunks += chunkNumber;
    this.#session = key;
    this.#last = null;
  }

  #see(entry: TraceEntry, maxGapMs: number): void {
    const { mono, wall } = entry;
    if (this.#last !== null && mono - this.#last.mono <= maxGapMs) this.#coveredMs += this.#within(this.#last.wall, wall);
    if (this.#holds(wall)) this.#count(entry);
    this.#endedInOrder = entry.kind === 'break' && entry.reason === 'shutdown';
    this.#last = entry.kind === 'frame' ? entry : null;
    this.#firstMs ??= wall;
    this.#lastMs = wall;
  }

  #count(entry: TraceEntry): void {
    if (entry.kind === 'frame') this.#frames += 1;
    else if (entry.reason !== 'recovered') this.#breaks += 1;
    else if (this.#firstMs !== null && !this.#endedInOrder) this.#crashes += 1;
  }

  #holds(wall: number): boolean {
    return wall >= this.#span.sinceMs && wall < this.#span.untilMs;
  }

  #within(fromMs: number, toMs: number): number {
    return Math.max(0, Math.min(toMs, this.#span.untilMs) - Math.max(fromMs, this.#span.sinceMs));
  }
}
