import { type Signal, signal } from '@preact/signals';
import { eventsOf } from '../state/gone-pictures.ts';
import type { EventPage, LabelEvent } from '../state/messages.ts';

export interface EventList {
  /** In the order of the history, newest first. */
  readonly rows: readonly LabelEvent[];
  /** Up to here the history went when the first page was read. */
  readonly sequence: number;
  /** `more`: older ones can be loaded. `full`: they exist, but this list is long enough. */
  readonly rest: 'unknown' | 'more' | 'full' | 'none';
  readonly isLoading: boolean;
  /** Why the newest page could not be loaded. */
  readonly problem: string | null;
}

const PAGE_ROWS = 200;
/** A browser keeps some ten MB of them; who wants more narrows the time. */
export const MOST_ROWS = 20_000;
const EMPTY: EventList = { rows: [], sequence: 0, rest: 'unknown', isLoading: true, problem: null };

/** The history under one filter, page by page backwards. Bounded. What it has stays as it is until `loadFirst`: nothing moves under the reader. */
export class EventPages {
  readonly list: Signal<EventList> = signal(EMPTY);
  readonly #load: (limit: number, before: number | null) => Promise<EventPage>;
  readonly #keyOf: (event: LabelEvent) => string;
  /** Of the loading that counts: the answer of one before is not wanted any more. */
  #turn = 0;
  #ids: ReadonlySet<string> = new Set();
  readonly #newer = new Map<string, LabelEvent>();

  constructor(load: (limit: number, before: number | null) => Promise<EventPage>, keyOf: (event: LabelEvent) => string) {
    this.#load = load;
    this.#keyOf = keyOf;
  }

  /** From the newest on; what was there stays until the answer is. */
  async loadFirst(): Promise<void> {
    const page = await this.#page(null);
    if (page) this.#take({ ...EMPTY, sequence: page.sequence }, eventsOf(page));
  }

  /** The next older page; does nothing while one is loaded, or when there is none. */
  async loadMore(): Promise<void> {
    const { isLoading, rest, rows } = this.list.peek();
    const last = rows.at(-1);
    if (isLoading || rest !== 'more' || !last) return;
    const page = await this.#page(last.sequence);
    if (page) this.#take(this.list.peek(), eventsOf(page));
  }

  /** Takes from the live log what it says of events in the list, which keeps it when the log does not any more: the newest message of each. */
  follow(log: readonly LabelEvent[]): ReadonlyMap<string, LabelEvent> {
    for (const event of log) {
      const known = this.#newer.get(event.id);
      if (this.#ids.has(event.id) && event !== known && event.sequence > (known?.sequence ?? 0)) this.#newer.set(event.id, event);
    }
    return this.#newer;
  }

  async #page(before: number | null): Promise<EventPage | null> {
    const turn = ++this.#turn;
    this.list.value = { ...this.list.peek(), isLoading: true, problem: null };
    try {
      const page = await this.#load(PAGE_ROWS, before);
      return turn === this.#turn ? page : null;
    } catch (error) {
      if (turn === this.#turn)
        this.list.value = { ...this.list.peek(), isLoading: false, problem: error instanceof Error ? error.message : String(error) };
      return null;
    }
  }

  #take(list: EventList, more: readonly LabelEvent[]): void {
    const known = new Set(list.rows.map(this.#keyOf));
    const rows = [...list.rows, ...more.filter((event) => !known.has(this.#keyOf(event)))].slice(0, MOST_ROWS);
    const rest = more.length < PAGE_ROWS ? 'none' : rows.length >= MOST_ROWS ? 'full' : 'more';
    this.#ids = new Set(rows.map(({ id }) => id));
    for (const id of this.#newer.keys()) if (!this.#ids.has(id)) this.#newer.delete(id);
    this.list.value = { ...list, rows, rest, isLoading: false, problem: null };
  }
}
