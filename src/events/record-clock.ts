import type { Moment } from './coverage.ts';

/** A wall clock that is so much ahead, ms, did not drift there: it was set, or the machine slept. */
const LEAP_MS = 2_000;
/** A record that is so much ahead of the wall clock, ms, is not waited for: a clock that was years ahead would stop the record for years. */
const MOST_LEAD_MS = 86_400_000;
/** The record's pace while it waits for the wall clock. */
const WAITING_PACE = 0.5;

export interface RecordReading {
  readonly now: Moment;
  /**
   * `leapt`: the wall clock went forward by time that did not pass here. `rewound`: it went back so far that the record begins again at `now`,
   * and what it says of later times is void.
   */
  readonly change: 'none' | 'leapt' | 'rewound';
}

/**
 * The time line of the record: wall time that never goes back, so that intervals neither overlap nor leave holes. It is the wall clock, as long as
 * that goes forward. When it is set back the record goes on at half speed until the two meet: every change keeps its place in the order, no
 * time comes twice, and nothing that was written is lost; durations of that stretch come out shorter than they were.
 */
export class RecordClock {
  #mono: number;
  #at: number;

  /** `at`: wall time now, or the end of the record of before, when that is later; see `recordStart`. */
  constructor(mono: number, at: number) {
    this.#mono = mono;
    this.#at = at;
  }

  /** `mono` must not go back. */
  read(mono: number, wall: number): RecordReading {
    const passed = Math.max(0, mono - this.#mono);
    const expected = this.#at + passed;
    const isVoid = expected - wall > MOST_LEAD_MS;
    this.#mono += passed;
    this.#at = isVoid ? wall : Math.max(wall, this.#at + passed * WAITING_PACE);
    const change = isVoid ? 'rewound' : wall - expected > LEAP_MS ? 'leapt' : 'none';
    return { now: { mono: this.#mono, at: this.#at }, change };
  }
}

/** Where a record begins whose predecessor ended at `endedAt`: never before it, unless that lies so far ahead that it cannot be right. */
export function recordStart(wall: number, endedAt: number | null): number {
  return endedAt === null || endedAt - wall > MOST_LEAD_MS ? wall : Math.max(wall, endedAt);
}
