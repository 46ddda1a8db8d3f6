import type { LabelEvent } from '../events/label-event.ts';
import type { Clock } from '../util/clock.ts';

interface Entry {
  readonly event: LabelEvent;
  readonly addedMono: number;
}

/**
 * Events on their way to the broker, in the order of their sequence. The oldest ones are in flight; when the connection goes, they
 * return to the head of those that wait, so that order is kept and what was not acknowledged is sent again.
 */
export class EventBacklog {
  readonly #limit: number;
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  #waiting: Entry[] = [];
  /** By sequence, in the order of sending. */
  readonly #inFlight = new Map<number, Entry>();

  /** `limit`: waiting and in flight together. */
  constructor(limit: number, clock: Pick<Clock, 'monotonicMs'>) {
    this.#limit = limit;
    this.#clock = clock;
  }

  get size(): number {
    return this.#waiting.length + this.#inFlight.size;
  }

  get inFlight(): number {
    return this.#inFlight.size;
  }

  /** How long the oldest one has been here, however often it was sent, ms; 0 when there is none. */
  get oldestMs(): number {
    const oldest = this.#inFlight.values().next().value ?? this.#waiting[0];
    return oldest ? this.#clock.monotonicMs() - oldest.addedMono : 0;
  }

  /**
   * `overflow`: it was full, and the oldest waiting event was given up for this one (it is still in the history). What is in
   * flight is never given up: with more than `limit` in flight (which a sane window excludes) the new one goes.
   */
  add(event: LabelEvent): 'accepted' | 'overflow' {
    const full = this.size >= this.#limit;
    if (full && this.#waiting.shift() === undefined) return 'overflow';
    this.#waiting.push({ event, addedMono: this.#clock.monotonicMs() });
    return full ? 'overflow' : 'accepted';
  }

  /** The next one to send, now in flight; undefined when none waits. */
  take(): LabelEvent | undefined {
    const entry = this.#waiting.shift();
    if (entry) this.#inFlight.set(entry.event.sequence, entry);
    return entry?.event;
  }

  /** The broker has answered for it. False when it was not in flight (any more). */
  settle(sequence: number): boolean {
    return this.#inFlight.delete(sequence);
  }

  /** The connection is gone: nobody knows what of the flight arrived. */
  rewind(): void {
    this.#waiting = [...this.#inFlight.values(), ...this.#waiting];
    this.#inFlight.clear();
  }
}
