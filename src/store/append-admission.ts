import type { UnsequencedEvent } from '../events/label-event.ts';

/** Messages that may wait for the disk: at a hundred a second more than a minute and a half, and some 20 MB. */
export const MAX_WAITING_MESSAGES = 10_000;

/**
 * Decides which messages may wait for the disk when too many do. Courses stay whole: an event whose start was refused is refused
 * to its end, and an end is taken however many wait (each has a start that was taken, so they are bounded, too). So nobody
 * downstream ever sees an update or an end of something that never began, or, for want of space, a start that never ends.
 */
export class AppendAdmission {
  /** Events whose start was given up, until their end came by. */
  readonly #startless = new Set<string>();
  #lost = 0;

  /** Messages given up so far. */
  get lost(): number {
    return this.#lost;
  }

  /** Those that may wait, in their order; the others are given up. `waiting`: how many wait already. */
  admit(events: readonly UnsequencedEvent[], waiting: number): readonly UnsequencedEvent[] {
    const admitted: UnsequencedEvent[] = [];
    for (const event of events) {
      if (this.#hasPlace(event, waiting + admitted.length)) admitted.push(event);
      else this.giveUp([event]);
    }
    return admitted;
  }

  /** These could not be stored although they were admitted. */
  giveUp(events: readonly UnsequencedEvent[]): void {
    this.#lost += events.length;
    for (const { id, type } of events) {
      if (type === 'start') this.#startless.add(id);
      if (type === 'end') this.#startless.delete(id);
    }
  }

  #hasPlace({ id, type }: UnsequencedEvent, waiting: number): boolean {
    return !this.#startless.has(id) && (type === 'end' || waiting < MAX_WAITING_MESSAGES);
  }
}
