import { ByteWriter } from './byte-writer.ts';
import type { OutsideReason } from './end-reason.ts';
import type { LabelScore } from './label-event.ts';
import { BREAK_REASONS, TRACED_TOP, type TraceChunk, type TraceSession } from './score-trace.ts';
import { scoreSteps } from './scores.ts';

/** The first number of a chunk: how the rest is written. */
export const TRACE_FORMAT = 1;
/** A chunk is full with so many bytes: with what stands beside them in the database they just fit a page of 4 KiB. About 300 frames of five labels. */
export const FULL_BYTES = 3_800;
/** … or with so many entries. */
export const MOST_ENTRIES = 512;

export interface TracedFrame {
  /** Arrival on both clocks, ms; parts of a millisecond are cut off, as rules do. */
  readonly mono: number;
  readonly wall: number;
  readonly sequence: number;
  /** Every label with its probability, strongest first. */
  readonly scores: readonly LabelScore[];
}

/**
 * Writes the trace of one session, chunk by chunk. All numbers are whole and as short as they can be (byte-writer.ts). A chunk begins with TRACE_FORMAT;
 * then, for each entry: twice the milliseconds since the entry before it, plus 1 for a break (signed, although time does not run backwards); by how much the wall clock went its own way meanwhile (signed);
 * of a break, the place of its reason in BREAK_REASONS; of a frame, by how much its number rose (signed), its scores in steps of SCORE_STEPS, and the sum of
 * each of the session's groups. Scores of a network that is traced whole stand in the order of the session's labels; else there are how many, and each with the
 * place of its label in the chunk's list before it.
 */
export class TraceEncoder {
  readonly #session: TraceSession;
  readonly #places: ReadonlyMap<string, number>;
  readonly #named: ReadonlySet<string>;
  readonly #groups: readonly ReadonlySet<string>[];
  readonly #steps: Uint16Array;
  readonly #bytes = new ByteWriter();
  /** Labels of this chunk, by their number. */
  readonly #chunkLabels = new Map<string, number>();
  #number = 0;
  #entries = 0;
  /** Entries when it was last asked for. */
  #seen = 0;
  #frames = 0;
  #fromMs = Number.POSITIVE_INFINITY;
  #toMs = Number.NEGATIVE_INFINITY;
  #lastMono = 0;
  #lastAhead = 0;
  #lastSequence = 0;
  #newestBreak: OutsideReason | null = null;

  constructor(session: TraceSession) {
    this.#session = session;
    this.#places = new Map(session.labels.map((label, index) => [label, index]));
    this.#named = new Set(session.labels);
    this.#groups = session.groups.map((labels) => new Set(labels));
    this.#steps = new Uint16Array(session.labels.length);
  }

  get session(): TraceSession {
    return this.#session;
  }

  /** What comes next belongs into another chunk. */
  get isFull(): boolean {
    return this.#entries >= MOST_ENTRIES || this.#bytes.length >= FULL_BYTES;
  }

  frame({ mono, wall, sequence, scores }: TracedFrame): void {
    this.#newestBreak = null;
    this.#begin(mono, wall, 0);
    this.#bytes.signed(sequence - this.#lastSequence);
    this.#lastSequence = sequence;
    this.#frames += 1;
    if (this.#session.whole) this.#allOf(scores);
    else this.#someOf(scores);
    for (const labels of this.#groups) this.#bytes.whole(scoreSteps(sumOf(labels, scores)));
  }

  /** The same again, with nothing in between, says nothing. */
  interruption(reason: OutsideReason, mono: number, wall: number): void {
    if (reason === this.#newestBreak) return;
    this.#newestBreak = reason;
    this.#begin(mono, wall, 1);
    this.#bytes.whole(BREAK_REASONS.indexOf(reason));
  }

  /** The chunk as it is by now; null when nothing came since it was last asked for. It goes on growing. */
  look(): TraceChunk | null {
    if (this.#entries === this.#seen) return null;
    this.#seen = this.#entries;
    return this.peek();
  }

  /** The chunk as it is by now, for whoever reads beside the store; null while it has no entry. */
  peek(): TraceChunk | null {
    if (this.#entries === 0) return null;
    return {
      ...{ number: this.#number, fromMs: this.#fromMs, toMs: this.#toMs, frames: this.#frames },
      ...{ labels: [...this.#chunkLabels.keys()], bytes: this.#bytes.copy() },
    };
  }

  /** As `look`, and what comes next begins another one. */
  take(): TraceChunk | null {
    const chunk = this.look();
    if (this.#entries > 0) this.#number += 1;
    this.#bytes.clear();
    this.#entries = this.#seen = this.#frames = this.#lastMono = this.#lastAhead = this.#lastSequence = 0;
    this.#fromMs = Number.POSITIVE_INFINITY;
    this.#toMs = Number.NEGATIVE_INFINITY;
    this.#chunkLabels.clear();
    return chunk;
  }

  #begin(exactMono: number, exactWall: number, kind: 0 | 1): void {
    const mono = Math.floor(exactMono);
    const wall = Math.floor(exactWall);
    if (this.#entries === 0) this.#bytes.whole(TRACE_FORMAT);
    this.#bytes.signed(2 * (mono - this.#lastMono) + kind);
    this.#bytes.signed(wall - mono - this.#lastAhead);
    this.#lastMono = mono;
    this.#lastAhead = wall - mono;
    this.#fromMs = Math.min(this.#fromMs, wall);
    this.#toMs = Math.max(this.#toMs, wall);
    this.#entries += 1;
  }

  #allOf(scores: readonly LabelScore[]): void {
    this.#steps.fill(0);
    for (const { label, score } of scores) {
      const place = this.#places.get(label);
      if (place !== undefined) this.#steps[place] = scoreSteps(score);
    }
    for (const steps of this.#steps) this.#bytes.whole(steps);
  }

  #someOf(scores: readonly LabelScore[]): void {
    const kept: (readonly [place: number, steps: number])[] = [];
    for (const [index, { label, score }] of scores.entries()) {
      const steps = scoreSteps(score);
      // The strongest come first.
      if (steps === 0) break;
      if (index < TRACED_TOP || this.#named.has(label)) kept.push([this.#numberOf(label), steps]);
    }
    this.#bytes.whole(kept.length);
    for (const [place, steps] of kept) {
      this.#bytes.whole(place);
      this.#bytes.whole(steps);
    }
  }

  #numberOf(label: string): number {
    const known = this.#chunkLabels.get(label) ?? this.#chunkLabels.size;
    this.#chunkLabels.set(label, known);
    return known;
  }
}

/** As `ruleScore` adds them up, digit by digit: in the order of the scores. */
function sumOf(labels: ReadonlySet<string>, scores: readonly LabelScore[]): number {
  let sum = 0;
  for (const { label, score } of scores) if (labels.has(label)) sum += score;
  return sum;
}
