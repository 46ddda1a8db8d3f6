import type { LabelEvent, UnsequencedEvent } from '../../src/events/label-event.ts';
import type { EventQuery } from '../../src/store/event-store.ts';

/** What the history must say, as plain arrays: the reference that the real store is compared with. */
export class EventModel {
  #events: LabelEvent[] = [];
  #lastSequence = 0;
  readonly #outbox = new Set<number>();
  readonly #dead = new Set<number>();
  readonly #keepsOutbox: boolean;

  constructor(keepsOutbox = false) {
    this.#keepsOutbox = keepsOutbox;
  }

  append(events: readonly UnsequencedEvent[]): readonly LabelEvent[] {
    const given = events.map((event) => ({ ...event, sequence: ++this.#lastSequence }));
    this.#events.push(...given);
    if (this.#keepsOutbox) for (const { sequence } of given) this.#outbox.add(sequence);
    return given;
  }

  query({ camera, rule, label, type, since, until, after, before, per, limit }: EventQuery): readonly LabelEvent[] {
    const found = this.#events.filter(
      (event) =>
        (camera === undefined || event.camera === camera) &&
        (rule === undefined || event.rule === rule) &&
        (label === undefined || event.label === label) &&
        (type === undefined || event.type === type) &&
        (since === undefined || new Date(event.at) >= new Date(since)) &&
        (until === undefined || new Date(event.at) < new Date(until)) &&
        (after === undefined || event.sequence > after) &&
        (before === undefined || event.sequence < (per === 'event' ? this.#firstOfItsEvent(before) : before)) &&
        (per === undefined || event.type === 'start'),
    );
    const chosen = (after === undefined ? found.toReversed() : found).slice(0, limit);
    return per === 'event' ? chosen.map((start) => this.course(start.id).at(-1) ?? start) : chosen;
  }

  course(id: string): readonly LabelEvent[] {
    return this.#events.filter((event) => event.id === id);
  }

  #firstOfItsEvent(sequence: number): number {
    const named = this.#events.find((event) => event.sequence === sequence);
    return this.#events.find(({ id }) => id === named?.id)?.sequence ?? sequence;
  }

  openEvents(): readonly LabelEvent[] {
    const newest = new Map(this.#events.map((event) => [event.id, event]));
    return [...newest.values()].filter(({ type }) => type !== 'end').sort((a, b) => a.sequence - b.sequence);
  }

  outbox(after = 0, limit = Number.POSITIVE_INFINITY): readonly LabelEvent[] {
    return this.#events.filter(({ sequence }) => sequence > after && this.#outbox.has(sequence)).slice(0, limit);
  }

  settle(sequences: readonly number[], dead: boolean): void {
    for (const sequence of sequences) {
      this.#outbox.delete(sequence);
      if (dead) this.#dead.add(sequence);
    }
  }

  /** Of events that are still there. */
  get deadLetters(): number {
    return this.#events.filter(({ sequence }) => this.#dead.has(sequence)).length;
  }

  /** Everything before `ms` but the newest message of an event that is still open, and what the broker has not taken. */
  prune(ms: number): number {
    const kept = new Set(this.openEvents().map(({ sequence }) => sequence));
    const before = this.#events.length;
    this.#events = this.#events.filter((event) => Date.parse(event.at) >= ms || kept.has(event.sequence) || this.#outbox.has(event.sequence));
    return before - this.#events.length;
  }

  get lastSequence(): number {
    return this.#lastSequence;
  }

  get oldestSequence(): number {
    return this.#events[0]?.sequence ?? this.#lastSequence + 1;
  }
}
