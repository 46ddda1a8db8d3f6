import type { Moment } from './coverage.ts';

/** A wall clock that is so much ahead, ms, did not drift there: it was set, or the machine slept. */
const LEAP_MS = 2_000;
/** A leap that is taken back is not waited for when the record is so much ahead, ms: it would be years. */
const MOST_LEAD_MS = 86_400_000;
/** The record's pace while it waits for the wall clock. */
const WAITING_PACE = 0.5;

export interface RecordReading {
  readonly now: Moment;
  /**
   * `leapt`: the wall clock went forward by time that did not pass here. `rewound`: a leap of more than a day was taken back; the record goes on from
   * `now`, within that leap, and what it says of later times is void.
   */
  readonly change: 'none' | 'leapt' | 'rewound';
}

/**
 * The time line of the record: wall time that never goes back, so that intervals neither overlap nor leave holes. It is the wall clock, as long as
 * that goes forward. When it is set back the record goes on at half speed until the two meet: every change keeps its place in the order, no
 * time comes twice, and nothing that was written is lost; durations of that stretch come out shorter than they were. So a clock that is wrong
 * after a start without a network, or that somebody sets back, never costs the record its past.
 */
export class RecordClock {
  #mono: number;
  #at: number;
  /** Where the newest leap began. */
  #leaptFrom = Number.POSITIVE_INFINITY;

  /** `at`: wall time now, or the end of the record of before, when that is later. */
  constructor(mono: number, at: number) {
    this.#mono = mono;
    this.#at = at;
  }

  /** `mono` must not go back. */
  read(mono: number, wall: number): RecordReading {
    const passed = Math.max(0, mono - this.#mono);
    const expected = this.#at + passed;
    const isTakenBack = expected - wall > MOST_LEAD_MS && wall >= this.#leaptFrom;
    const isLeap = wall - expected > LEAP_MS;
    this.#mono += passed;
    this.#at = isTakenBack ? wall : Math.max(wall, this.#at + passed * WAITING_PACE);
    if (isLeap) this.#leaptFrom = expected;
    if (isTakenBack) this.#leaptFrom = Number.POSITIVE_INFINITY;
    return { now: { mono: this.#mono, at: this.#at }, change: isTakenBack ? 'rewound' : isLeap ? 'leapt' : 'none' };
  }
}
