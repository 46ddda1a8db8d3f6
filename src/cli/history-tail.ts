import type { LabelEvent } from '../events/label-event.ts';
import type { EventQuery } from '../store/event-store.ts';
import type { HistoryReader } from '../store/history-reader.ts';
import { type Clock, delay, isoTime } from '../util/clock.ts';
import { FramewatchError } from '../util/errors.ts';
import type { Since } from './since.ts';

export interface HistoryTailOptions {
  readonly reader: Pick<HistoryReader, 'facts' | 'query' | 'reopenIfReplaced'>;
  readonly filter: Pick<EventQuery, 'camera' | 'rule'>;
  readonly since: Since | null;
  readonly clock: Clock;
  /** Something that whoever reads has to know. */
  readonly say: (words: string) => void;
}

const PAGE = 1_000;
const POLL_MS = 200;
/** So long may a history be away while another takes its place. */
const AWAY_MS = 10_000;

/** The messages of a history, oldest first, and then, if wanted, those that are added. Rows come in the order of their sequences: there is no seam. */
export class HistoryTail {
  readonly #options: HistoryTailOptions;
  #storeId = '';
  #after = 0;
  #sinceMs: number | null = null;

  constructor(options: HistoryTailOptions) {
    this.#options = options;
  }

  get storeId(): string {
    return this.#storeId;
  }

  /** Throws what HistoryReader throws. */
  async open(): Promise<void> {
    const { reader, since, say } = this.#options;
    const { storeId, oldestSequence, lastSequence } = await reader.facts();
    this.#storeId = storeId;
    if (since !== null && 'timeMs' in since) this.#sinceMs = since.timeMs;
    if (since === null || !('sequence' in since)) return;
    this.#after = Math.min(since.sequence, lastSequence);
    if (since.sequence > lastSequence)
      say(`the newest sequence is ${lastSequence}: ${since.sequence} belongs to another history, or is still to come`);
    else if (since.sequence + 1 < oldestSequence) say(`${since.sequence + 1} to ${oldestSequence - 1} are no longer kept`);
  }

  /** All that there is. */
  async *stored(): AsyncGenerator<readonly LabelEvent[], void, void> {
    const { reader, filter } = this.#options;
    const since = this.#sinceMs === null ? {} : { since: isoTime(this.#sinceMs) };
    for (;;) {
      const page = await reader.query({ ...filter, ...since, after: this.#after, limit: PAGE });
      const last = page.at(-1);
      if (last) {
        this.#after = last.sequence;
        yield page;
      }
      if (page.length < PAGE) return;
    }
  }

  /** What is added, after `stored`, until `signal` aborts. A history that takes the place of this one is told of, and followed from its start. */
  async *added(signal: AbortSignal): AsyncGenerator<readonly LabelEvent[], void, void> {
    const { clock, say } = this.#options;
    // From now on everything is new, whatever its time says.
    this.#sinceMs = null;
    let goneMono: number | null = null;
    while (await delay(clock, POLL_MS, signal)) {
      try {
        await this.#lookWhose();
        yield* this.stored();
        goneMono = null;
      } catch (error) {
        if (!isOfStore(error)) throw error;
        if (goneMono === null) say(`${error.message} Waiting for it.`);
        goneMono ??= clock.monotonicMs();
        if (clock.monotonicMs() - goneMono > AWAY_MS) throw error;
      }
    }
  }

  async #lookWhose(): Promise<void> {
    const { reader, say } = this.#options;
    reader.reopenIfReplaced();
    const { storeId } = await reader.facts();
    if (storeId === this.#storeId) return;
    this.#storeId = storeId;
    this.#after = 0;
    say(
      'another history has begun: the one of before was set aside or removed. Sequences of before mean nothing in it; it is followed from its start',
    );
  }
}

function isOfStore(error: unknown): error is FramewatchError {
  return error instanceof FramewatchError && (error.code === 'STORE_UNAVAILABLE' || error.code === 'STORE_CORRUPT');
}
